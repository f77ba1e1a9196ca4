import { describe, expect, it } from "vitest";
import type { AwsCluster } from "../../lib/cluster/cluster";
import { defineCluster } from "../../lib/cluster/define";
import type { ClusterDefinition } from "../../lib/cluster/definition";
import { outputsOf, parseOutputs, type AwsOutputs } from "../../lib/cluster/outputs";
import { stackId, stateFileName } from "../../lib/cluster/stack-id";

const files = (who: string) => ({
  caFile: `/${who}/ca.crt`,
  certFile: `/${who}/{member}.crt`,
  keyFile: `/${who}/{member}.key`,
});

function awsCluster(definition: Partial<ClusterDefinition> = {}): AwsCluster {
  return defineCluster({
    name: "demo",
    members: 1,
    etcd: { release: "3.6.14" },
    aws: { region: "eu-central-1" },
    ...definition,
    target: "aws",
  });
}

const OF_MEMBER = {
  instanceId: "i-0123456789abcdef0",
  networkInterfaceId: "eni-0123456789abcdef0",
  dataVolumeId: "vol-0123456789abcdef0",
  availabilityZone: "eu-central-1a",
};

const OF_STACK = {
  region: "eu-central-1",
  vpcId: "vpc-0123456789abcdef0",
  securityGroupId: "sg-0123456789abcdef0",
  bucket: "etcd-demo-111122223333-eu-central-1",
};

const AWS: AwsOutputs = { ...OF_STACK, members: new Map([["etcd-0", OF_MEMBER]]) };

/** What Terraform makes of an output on its way through the state. */
const throughTerraform = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("the outputs of a stack", () => {
  it("say of a local cluster what is known before it runs", () => {
    expect(outputsOf(defineCluster({ name: "demo", members: 1, learners: ["spare"] }, "local"))).toEqual({
      schemaVersion: 2,
      name: "demo",
      target: "local",
      members: [
        {
          name: "etcd-0",
          peerUrl: "https://127.0.0.1:2380",
          endpoint: "https://127.0.0.1:2379",
          address: "127.0.0.1",
        },
      ],
      learners: ["spare"],
      tls: {
        caFile: "pki/demo/client-ca.crt",
        certFile: "pki/demo/clients/operator.crt",
        keyFile: "pki/demo/clients/operator.key",
      },
    });
  });

  it("say of a cluster on AWS its release and its ids, and where the operator's own certificate is", () => {
    const tls = { client: files("client"), peer: files("peer"), operator: files("operator") };
    expect(outputsOf(awsCluster({ tls }), AWS)).toEqual({
      schemaVersion: 2,
      name: "demo",
      target: "aws",
      release: "3.6.14",
      members: [
        {
          name: "etcd-0",
          peerUrl: "https://10.40.0.10:2380",
          endpoint: "https://10.40.0.10:2379",
          address: "10.40.0.10",
          aws: OF_MEMBER,
        },
      ],
      learners: [],
      tls: files("operator"),
      aws: OF_STACK,
    });
  });

  it("say nothing of certificates without TLS", () => {
    const outputs = outputsOf(defineCluster({ name: "demo", tls: false }, "local"));
    expect(outputs).not.toHaveProperty("tls");
    expect(outputs.members[0]?.endpoint).toBe("http://127.0.0.1:2379");
  });

  it.each([
    ["a local cluster", outputsOf(defineCluster({ name: "demo" }, "local"))],
    ["a local cluster without TLS", outputsOf(defineCluster({ name: "demo", tls: false }, "local"))],
    ["a cluster on AWS", outputsOf(awsCluster(), AWS)],
  ])("of %s are read from the state as they were written", (_, outputs) => {
    expect(throughTerraform(outputs)).toStrictEqual(outputs);
    expect(parseOutputs(throughTerraform(outputs))).toStrictEqual(outputs);
  });

  it("are read when a later version has added something", () => {
    const outputs = outputsOf(awsCluster(), AWS);
    const later = { ...outputs, colour: "red", aws: { ...OF_STACK, kmsKeyId: "x" } };
    expect(parseOutputs(throughTerraform(later))).toStrictEqual(outputs);
  });
});

describe("outputs that this version cannot read", () => {
  const good = outputsOf(awsCluster(), AWS);
  const [member] = good.members;

  it.each([
    ["of an older version", { ...good, schemaVersion: 1 }],
    ["of a newer version", { ...good, schemaVersion: 3 }],
    ["without a version", { ...good, schemaVersion: undefined }],
    ["with a version as text", { ...good, schemaVersion: "2" }],
    ["without members", { ...good, members: undefined }],
    ["with members by name", { ...good, members: { "etcd-0": member } }],
    ["with a member without an endpoint", { ...good, members: [{ ...member, endpoint: undefined }] }],
    ["with half of a member's ids", { ...good, members: [{ ...member, aws: { instanceId: "i-1" } }] }],
    ["for another target", { ...good, target: "azure" }],
    ["with half of the certificates", { ...good, tls: { caFile: "/ca.crt" } }],
    ["that are nothing", undefined],
    ["that are null", null],
    ["that are text", "etcd_cluster"],
    ["that are a list", [good]],
    ["that are empty", {}],
  ])("are undefined: %s", (_, value) => {
    expect(parseOutputs(value)).toBeUndefined();
  });
});

describe("the stack of a cluster", () => {
  it("is another one for each target, and so is its state", () => {
    expect(stackId({ name: "demo", target: "aws" })).toBe("demo-aws");
    expect(stateFileName({ name: "demo", target: "local" })).toBe("terraform.demo-local.tfstate");
  });
});
