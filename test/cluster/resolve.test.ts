import { describe, expect, it } from "vitest";
import { initialCluster, type AwsCluster } from "../../lib/cluster/cluster";
import { defineCluster } from "../../lib/cluster/define";
import type { ClusterDefinition } from "../../lib/cluster/definition";
import { DEFAULT_RELEASE, pinnedSha256 } from "../../lib/cluster/etcd-release";

const AWS = { region: "eu-central-1" } as const;
const TLS_FILES = { caFile: "/tls/ca.crt", certFile: "/tls/{member}.crt", keyFile: "/tls/{member}.key" };
const TLS = { client: TLS_FILES, peer: TLS_FILES, operator: TLS_FILES };

function aws(definition: Partial<ClusterDefinition> = {}): AwsCluster {
  return defineCluster({ name: "demo", aws: AWS, ...definition, target: "aws" });
}

describe("members", () => {
  it.each([
    [1, ["10.40.0.10"]],
    [3, ["10.40.0.10", "10.40.1.10", "10.40.2.10"]],
    [5, ["10.40.0.10", "10.40.1.10", "10.40.2.10", "10.40.0.11", "10.40.1.11"]],
    [7, ["10.40.0.10", "10.40.1.10", "10.40.2.10", "10.40.0.11", "10.40.1.11", "10.40.2.11", "10.40.0.12"]],
  ])("%i of them on AWS take the subnets in turn", (members, addresses) => {
    expect(aws({ members }).members.map(({ address }) => address)).toEqual(addresses);
  });

  it.each([1, 3, 5, 7])("%i of them on this machine have their own ports", (members) => {
    const cluster = defineCluster({ name: "demo", members }, "local");
    const urls = cluster.members.flatMap(({ clientUrl, peerUrl }) => [clientUrl, peerUrl]);
    expect(new Set(urls).size).toBe(2 * members);
    expect(cluster.members.at(-1)?.clientUrl).toBe(`https://127.0.0.1:${2379 + 10 * (members - 1)}`);
  });

  it("fit into the smallest network there may be", () => {
    const cluster = aws({ members: 7, aws: { ...AWS, network: { cidr: "10.0.0.0/24" } } });
    expect(cluster.aws.network.subnets.map(({ cidr }) => cidr)).toEqual([
      "10.0.0.0/28",
      "10.0.0.16/28",
      "10.0.0.32/28",
    ]);
    expect(cluster.members.map(({ address }) => address).join(" ")).toBe(
      "10.0.0.4 10.0.0.20 10.0.0.36 10.0.0.5 10.0.0.21 10.0.0.37 10.0.0.6",
    );
  });

  it("keep the address they would get when another one has its own", () => {
    const members = [{ name: "a" }, { name: "b", address: "10.40.1.99" }, { name: "c" }];
    expect(aws({ members }).members.map(({ address }) => address)).toEqual([
      "10.40.0.10",
      "10.40.1.99",
      "10.40.2.10",
    ]);
  });

  it("are one literal list, the same for all", () => {
    expect(initialCluster(aws().members)).toBe(
      "etcd-0=https://10.40.0.10:2380,etcd-1=https://10.40.1.10:2380,etcd-2=https://10.40.2.10:2380",
    );
  });

  it.each([
    ["the certificates that pki keeps", undefined, "https"],
    ["certificates of their own", TLS, "https"],
    ["tls: false", false, "http"],
  ] as const)("with %s speak the right scheme, and serve metrics in the clear", (_, tls, scheme) => {
    const [member] = aws({ tls, etcd: { metricsPort: 2381 } }).members;
    expect(member).toMatchObject({
      clientUrl: `${scheme}://10.40.0.10:2379`,
      peerUrl: `${scheme}://10.40.0.10:2380`,
      metricsUrl: "http://10.40.0.10:2381",
    });
  });

  it("have their own metrics ports on this machine", () => {
    const { members } = defineCluster({ name: "demo", etcd: { metricsPort: 2381 } }, "local");
    expect(members.map(({ metricsUrl }) => metricsUrl)).toEqual([
      "http://127.0.0.1:2381",
      "http://127.0.0.1:2391",
      "http://127.0.0.1:2401",
    ]);
  });
});

describe("the etcd that is asked for", () => {
  it("on AWS is the newest pinned release with its sums", () => {
    expect(aws().etcd).toMatchObject({
      release: DEFAULT_RELEASE,
      sha256: {
        amd64: pinnedSha256(DEFAULT_RELEASE, "amd64"),
        arm64: pinnedSha256(DEFAULT_RELEASE, "arm64"),
      },
    });
  });

  it("may be a release that is not pinned, with its sum", () => {
    const etcd = { release: "3.99.0", sha256: { arm64: "c".repeat(64) } };
    expect(aws({ etcd }).etcd).toMatchObject(etcd);
  });

  it("on this machine is left open, or exactly the release asked for", () => {
    expect(defineCluster({ name: "demo" }, "local").etcd.release).toBeUndefined();
    expect(defineCluster({ name: "demo", etcd: { release: "3.99.0" } }, "local").etcd).toMatchObject({
      release: "3.99.0",
      sha256: {},
    });
  });

  it("has the token of its own cluster", () => {
    expect(aws().etcd.initialClusterToken).toBe("demo");
    expect(aws({ etcd: { initialClusterToken: "demo-2" } }).etcd.initialClusterToken).toBe("demo-2");
  });
});

describe("what AWS gets when nothing is said", () => {
  it("is the careful choice", () => {
    expect(aws().etcd.source).toBe("bucket");
    expect(aws().aws).toMatchObject({
      image: "amazon-linux-2023",
      amiId: undefined,
      rootVolume: { sizeGiB: 8 },
      network: { internet: "none", routeTableIds: [] },
      bucket: { name: undefined, kmsKeyId: undefined },
      placement: "spread",
      terminationProtection: true,
      preventDestroy: true,
      sessionManager: false,
      dns: undefined,
      state: undefined,
    });
  });
});

describe("Terraform's state", () => {
  const state = (given: NonNullable<NonNullable<ClusterDefinition["aws"]>["state"]>) =>
    aws({ aws: { ...AWS, state: given } }).aws.state;

  it("has a key of its own for each cluster, in the cluster's region", () => {
    expect(state({ bucket: "acme-terraform" })).toEqual({
      bucket: "acme-terraform",
      key: "cdktf-etcd/demo-aws.tfstate",
      region: "eu-central-1",
      kmsKeyId: undefined,
    });
  });

  it("is where the definition says", () => {
    const given = { bucket: "acme.terraform", key: "etcd/x.tfstate", region: "us-east-1" };
    expect(state(given)).toMatchObject(given);
  });
});

describe("client access", () => {
  const access = (clientAccess: NonNullable<ClusterDefinition["aws"]>["clientAccess"]) =>
    aws({ aws: { ...AWS, clientAccess } }).aws.clientAccess;

  it("is the new VPC when nothing else is said", () => {
    expect(access({})).toEqual({ cidrs: ["10.40.0.0/16"], securityGroupIds: [] });
  });

  it("is only the security groups when only they are given, and nobody when that is said", () => {
    expect(access({ securityGroupIds: ["sg-12345678"] })).toEqual({
      cidrs: [],
      securityGroupIds: ["sg-12345678"],
    });
    expect(access({ cidrs: [] })).toEqual({ cidrs: [], securityGroupIds: [] });
  });
});
