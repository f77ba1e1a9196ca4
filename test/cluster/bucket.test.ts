import { describe, expect, it } from "vitest";
import {
  ACCOUNT_ID_LENGTH,
  backupPrefix,
  bucketName,
  dataVolumeKey,
  joinedKey,
  MAX_BUCKET_NAME_LENGTH,
  MEMBER_TLS_FILES,
  memberPrefix,
  statusPrefix,
  tarballKey,
} from "../../lib/cluster/bucket";
import type { AwsCluster } from "../../lib/cluster/cluster";
import { defineCluster } from "../../lib/cluster/define";
import type { ClusterDefinition } from "../../lib/cluster/definition";
import { MACHINE_TLS_FOLDER } from "../../lib/cluster/tls";

const ACCOUNT = "111122223333";
const MEMBER = { name: "etcd-0" };

function cluster(definition: Partial<ClusterDefinition> = {}): AwsCluster {
  return defineCluster({ name: "demo", aws: { region: "eu-central-1" }, ...definition, target: "aws" });
}

describe("the bucket's name", () => {
  it("is the cluster's alone: by name, account and region", () => {
    expect(bucketName(cluster(), ACCOUNT)).toBe("etcd-demo-111122223333-eu-central-1");
  });

  it("is the definition's, which knows no account", () => {
    const named = cluster({ aws: { region: "eu-central-1", bucket: { name: "acme-etcd" } } });
    expect(bucketName(named, ACCOUNT)).toBe("acme-etcd");
  });

  it("is never longer than S3 allows in a definition that is accepted", () => {
    expect(ACCOUNT).toHaveLength(ACCOUNT_ID_LENGTH);
    for (const region of ["eu-central-1", "us-east-1", "ap-southeast-1", "us-gov-west-1"]) {
      for (let length = 1; length <= 32; length += 1) {
        const definition = { name: "a".repeat(length), aws: { region } };
        const isTooLong = `etcd-${definition.name}-${ACCOUNT}-${region}`.length > MAX_BUCKET_NAME_LENGTH;
        if (isTooLong) expect(() => cluster(definition)).toThrow("aws.bucket.name");
        else expect(bucketName(cluster(definition), ACCOUNT).length).toBeLessThanOrEqual(63);
      }
    }
  });
});

describe("a key in the bucket", () => {
  it("of the tarball is as etcd's own downloads name it, and follows the instance type", () => {
    const etcd = { release: "3.6.14" };
    expect(tarballKey(cluster({ etcd }))).toBe("etcd/v3.6.14/etcd-v3.6.14-linux-arm64.tar.gz");
    expect(tarballKey(cluster({ etcd, aws: { region: "eu-central-1", instanceType: "t3.medium" } }))).toBe(
      "etcd/v3.6.14/etcd-v3.6.14-linux-amd64.tar.gz",
    );
  });

  it("is below a prefix of its own for each member and purpose", () => {
    expect(memberPrefix(MEMBER)).toBe("members/etcd-0/");
    expect(dataVolumeKey(MEMBER)).toBe("members/etcd-0/data-volume");
    expect(statusPrefix(MEMBER)).toBe("status/etcd-0/");
    expect(backupPrefix(MEMBER)).toBe("backups/etcd-0/");
  });

  it("for having joined is another one after a restore, which changes the token", () => {
    expect(joinedKey(cluster(), MEMBER)).toBe("status/etcd-0/joined-demo");
    expect(joinedKey(cluster({ etcd: { initialClusterToken: "demo-2" } }), MEMBER)).toBe(
      "status/etcd-0/joined-demo-2",
    );
  });

  it("of one member never begins with the prefix of another", () => {
    const names = ["etcd-1", "etcd-10", "etcd-1.a", "a", "a.b"];
    for (const one of names) {
      for (const other of names.filter((name) => name !== one)) {
        expect(dataVolumeKey({ name: one }).startsWith(memberPrefix({ name: other }))).toBe(false);
      }
    }
  });

  it("of a certificate is named as the file that etcd reads on the machine", () => {
    const { tls } = cluster();
    const read = [tls?.client, tls?.peer].flatMap((plane) => [
      plane?.caFile,
      plane?.certFile,
      plane?.keyFile,
    ]);
    expect(MEMBER_TLS_FILES.map((file) => `${MACHINE_TLS_FOLDER}/${file}`)).toEqual(read);
  });
});
