import { describe, expect, it } from "vitest";
import type { AwsCluster } from "../../lib/cluster/cluster";
import { defineCluster } from "../../lib/cluster/define";
import type { ClusterDefinition } from "../../lib/cluster/definition";
import { DEFAULT_RELEASE } from "../../lib/cluster/etcd-release";
import { DefinitionError } from "../../lib/errors";

const AWS = { region: "eu-central-1" } as const;
const TLS_FILES = { caFile: "/tls/ca.crt", certFile: "/tls/{member}.crt", keyFile: "/tls/{member}.key" };
const TLS = { client: TLS_FILES, peer: TLS_FILES, operator: TLS_FILES };

function aws(definition: Partial<ClusterDefinition> = {}): AwsCluster {
  return defineCluster({ name: "demo", aws: AWS, ...definition, target: "aws" });
}

function refusal(definition: unknown): string {
  try {
    defineCluster(definition as ClusterDefinition);
  } catch (error) {
    if (error instanceof DefinitionError) return error.message;
    throw error;
  }
  throw new Error("not refused");
}

describe("a definition of one line", () => {
  it("is a local cluster of three members with any etcd", () => {
    expect(defineCluster({ name: "demo" }, "local")).toMatchSnapshot();
  });

  it("with a region is a cluster on AWS with a network of its own", () => {
    expect(aws()).toMatchSnapshot({
      etcd: {
        release: DEFAULT_RELEASE,
        sha256: { amd64: expect.any(String) as string, arm64: expect.any(String) as string },
      },
    });
  });

  it("is for AWS unless it says otherwise, and the caller has the last word", () => {
    expect(defineCluster({ name: "demo", aws: AWS }).target).toBe("aws");
    expect(defineCluster({ name: "demo", target: "local" }).target).toBe("local");
    expect(defineCluster({ name: "demo", target: "aws", aws: AWS }, "local").target).toBe("local");
  });
});

describe("a definition that says everything", () => {
  const definition: ClusterDefinition = {
    name: "full",
    members: [
      { name: "x", address: "10.10.1.21" },
      { name: "y", address: undefined },
      { name: "z", address: "10.10.1.23" },
    ],
    learners: ["spare"],
    etcd: {
      source: "download",
      release: "3.9.1",
      sha256: { amd64: "a".repeat(64), arm64: "b".repeat(64) },
      downloadBaseUrl: "https://mirror.internal:8443/etcd/",
      initialClusterToken: "full-2",
      metricsPort: 2381,
      settings: {
        quotaBackendBytes: "4GiB",
        electionTimeoutMs: "2s",
        heartbeatIntervalMs: 200,
        autoCompactionRetention: "30m",
      },
    },
    tls: TLS,
    local: { address: "127.0.0.9", clientPort: 32379, peerPort: 32380, portStep: 100, etcdPath: "/opt/etcd" },
    aws: {
      region: "eu-central-1",
      instanceType: "x2gd.large",
      memory: "32GiB",
      architecture: "arm64",
      amiId: "ami-0123456789abcdef0",
      rootVolume: { size: "16GiB" },
      network: {
        vpcId: "vpc-0123456789abcdef0",
        subnets: [
          { id: "subnet-0aaaaaaaaaaaaaaa1", cidr: "10.10.1.0/24", availabilityZone: "eu-central-1a" },
          { id: "subnet-0aaaaaaaaaaaaaaa2", cidr: "10.10.2.0/27", availabilityZone: "eu-central-1b" },
        ],
        routeTableIds: ["rtb-0123456789abcdef0"],
      },
      clientAccess: {
        cidrs: ["10.0.0.0/8", "0.0.0.0/0"],
        securityGroupIds: ["sg-0123456789abcdef0"],
        openToEveryone: true,
      },
      dataVolume: {
        size: 50 * 2 ** 30,
        iops: 4000,
        throughputMiBps: 250,
        kmsKeyId: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      },
      bucket: {
        name: "acme-etcd-full",
        kmsKeyId: "arn:aws:kms:eu-central-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab",
      },
      placement: "none",
      terminationProtection: false,
      preventDestroy: false,
      sessionManager: true,
      dns: { domain: "etcd.example.internal", zoneId: "Z0123456789ABCDEFGHIJ" },
      state: {
        bucket: "acme.terraform",
        key: "etcd/full.tfstate",
        region: "eu-west-1",
        kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      },
      tags: { team: "platform" },
    },
  };

  it("is a cluster on AWS that has all of it", () => {
    expect(defineCluster(definition, "aws")).toMatchSnapshot();
  });

  it("is a local cluster that has all of it", () => {
    expect(defineCluster(definition, "local")).toMatchSnapshot();
  });

  it("is not changed by being read", () => {
    const before = structuredClone(definition);
    defineCluster(definition, "aws");
    expect(definition).toEqual(before);
  });
});

describe("props that are no definition", () => {
  it.each([undefined, null, 3, "demo", [], () => 1])(
    "are refused without a stack trace: %s",
    (definition) => {
      expect(refusal(definition)).toMatch(/^must be a mapping|is missing/);
    },
  );

  it("are refused with their paths, all at once", () => {
    expect(
      refusal({
        name: "A",
        target: "azure",
        members: 2,
        onReady: () => 1,
        aws: { region: Symbol("x"), memory: 8n },
      }),
    ).toMatchInlineSnapshot(`
      "name: must be lower-case letters, digits and hyphens, at most 32 characters, beginning with a letter and not ending with a hyphen, got "A"
      target: must be "aws" or "local", got "azure"
      aws.region: must be an AWS region like "eu-central-1", got Symbol(x)
      aws.memory: must be a size like "8GiB" or a whole number of bytes, got 8
      onReady: unknown key "onReady"
          known here: name, target, members, learners, etcd, tls, local, aws"
    `);
  });

  it("are refused as one error that programs can take apart", () => {
    try {
      defineCluster({ name: "A", members: 2 }, "local");
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: "ERR_DEFINITION",
        mistakes: [
          { path: "name", message: expect.stringContaining("lower-case") as string },
          { path: "members", message: "must be 1, 3, 5 or 7 members, got 2" },
        ],
      });
    }
  });
});
