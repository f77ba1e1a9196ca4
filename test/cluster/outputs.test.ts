import { describe, expect, it } from "vitest";
import { defineCluster } from "../../lib/cluster/define";
import { outputsOf } from "../../lib/cluster/outputs";
import { stackId, stateFileName } from "../../lib/cluster/stack-id";

const files = (who: string) => ({
  caFile: `/${who}/ca.crt`,
  certFile: `/${who}/{member}.crt`,
  keyFile: `/${who}/{member}.key`,
});

describe("the outputs of a stack", () => {
  it("say of a local cluster what is known before it runs", () => {
    expect(outputsOf(defineCluster({ name: "demo", members: 1, learners: ["spare"] }, "local"))).toEqual({
      schemaVersion: 1,
      name: "demo",
      target: "local",
      members: [{ name: "etcd-0", peerUrl: "http://127.0.0.1:2380", endpoint: "http://127.0.0.1:2379" }],
      learners: ["spare"],
    });
  });

  it("say of a cluster on AWS its release, and where the operator's own certificate is", () => {
    const tls = { client: files("client"), peer: files("peer"), operator: files("operator") };
    const cluster = defineCluster(
      { name: "demo", members: 1, tls, etcd: { release: "3.6.14" }, aws: { region: "eu-central-1" } },
      "aws",
    );
    expect(outputsOf(cluster)).toEqual({
      schemaVersion: 1,
      name: "demo",
      target: "aws",
      release: "3.6.14",
      members: [{ name: "etcd-0", peerUrl: "https://10.40.0.10:2380", endpoint: "https://10.40.0.10:2379" }],
      learners: [],
      tls: files("operator"),
    });
  });

  it("survive the way through Terraform's JSON", () => {
    const outputs = outputsOf(defineCluster({ name: "demo" }, "local"));
    expect(JSON.parse(JSON.stringify(outputs))).toStrictEqual(outputs);
  });
});

describe("the stack of a cluster", () => {
  it("is another one for each target, and so is its state", () => {
    expect(stackId({ name: "demo", target: "aws" })).toBe("demo-aws");
    expect(stateFileName({ name: "demo", target: "local" })).toBe("terraform.demo-local.tfstate");
  });
});
