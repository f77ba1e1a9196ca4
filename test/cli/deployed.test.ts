import { mkdirSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { loadCluster } from "../../lib/cli/definition-file";
import { EXIT } from "../../lib/cli/exit-codes";
import { alsoDeployedOn, deployedOutputs } from "../../lib/cli/deployed";
import type { Target } from "../../lib/cluster/cluster";
import type { ClusterOutputs } from "../../lib/cluster/outputs";
import { ExternalError } from "../../lib/errors";
import { cli, inEmptyFolder } from "./in-process";

beforeEach(() => {
  inEmptyFolder();
  for (const name of ["CLUSTER", "TARGET", "CDKTF_ETCD_OUTPUTS"]) vi.stubEnv(name, undefined);
  writeFileSync("cluster.yaml", "name: demo\naws: { region: eu-central-1 }\n");
  return () => vi.unstubAllEnvs();
});

function outputs(target: Target): ClusterOutputs {
  const member = {
    name: "etcd-0",
    endpoint: "http://127.0.0.1:2379",
    peerUrl: "http://127.0.0.1:2380",
    address: "127.0.0.1",
  };
  return { schemaVersion: 2, name: "demo", target, members: [member], learners: [] };
}

/** Terraform's state, as far as it is read here. */
function writeState(target: Target, value: unknown): void {
  const state = {
    version: 4,
    serial: 1,
    outputs: { etcd_cluster: { value, type: "dynamic" } },
    resources: [],
  };
  writeFileSync(`terraform.demo-${target}.tfstate`, JSON.stringify(state));
}

/** Target and place of what else is deployed, seen from one target. */
async function alsoOn(target: Target): Promise<string[][]> {
  const places = await alsoDeployedOn(await loadCluster({ target }, target), {});
  return places.map((place) => [place.target, place.name]);
}

test("reads the outputs from the state of what was deployed", async () => {
  writeState("local", outputs("local"));
  expect(await deployedOutputs({})).toEqual(outputs("local"));
});

test("looks at the other target when nothing is deployed on the definition's own, unless one was asked for", async () => {
  writeState("aws", outputs("aws"));
  expect((await deployedOutputs({})).target).toBe("aws");
  await expect(deployedOutputs({ target: "local" })).rejects.toThrow(
    "(looked for terraform.demo-local.tfstate)",
  );
});

test("takes the definition's own target when both are deployed, or the one that was asked for", async () => {
  writeState("aws", outputs("aws"));
  writeState("local", outputs("local"));
  expect((await deployedOutputs({})).target).toBe("local");
  expect((await deployedOutputs({ target: "aws" })).target).toBe("aws");
  vi.stubEnv("TARGET", "aws");
  expect((await deployedOutputs({})).target).toBe("aws");
  expect(await alsoOn("local")).toEqual([["aws", "terraform.demo-aws.tfstate"]]);
});

test("takes what a deploy hands over, without any file", async () => {
  vi.stubEnv("CDKTF_ETCD_OUTPUTS", JSON.stringify(outputs("aws")));
  vi.stubEnv("CLUSTER", "nowhere.yaml");
  expect(await deployedOutputs({})).toEqual(outputs("aws"));
});

test("fails if nothing is deployed, and says how to deploy", async () => {
  const error: unknown = await deployedOutputs({}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ExternalError);
  expect(error).toMatchObject({
    message:
      "the cluster demo is not deployed here (looked for terraform.demo-local.tfstate and terraform.demo-aws.tfstate)",
    remedy:
      "deploy it with `cdktf-etcd up`; --from definition asks the members that the definition names, --endpoints URL,URL any etcd",
  });
  expect(await alsoOn("local")).toEqual([]);
});

test.each([["connect"], ["etcdctl", "member", "list"]])(
  "%s advises only what it knows itself, for the target that was asked for",
  async (name, ...args) => {
    const { code, stderr } = await cli(name, "--target", "aws", ...args);
    expect(code).toBe(EXIT.external);
    expect(stderr).toContain(
      "deploy it with `cdktf-etcd up --target aws`; --from definition takes the members that the definition names, whether deployed or not\n",
    );
  },
);

test("takes a destroyed stack for nothing deployed", async () => {
  writeFileSync("terraform.demo-local.tfstate", JSON.stringify({ version: 4, outputs: {}, resources: [] }));
  await expect(deployedOutputs({})).rejects.toThrow("is not deployed here");
});

describe("fails as something outside, without a stack trace, if the state", () => {
  test.each<[string, () => void, string]>([
    [
      "is cut off",
      () => writeFileSync("terraform.demo-local.tfstate", '{"version": 4, "outputs'),
      "the Terraform state terraform.demo-local.tfstate is not JSON",
    ],
    [
      "is empty",
      () => writeFileSync("terraform.demo-local.tfstate", ""),
      "the Terraform state terraform.demo-local.tfstate is not JSON",
    ],
    [
      "is a folder",
      () => mkdirSync("terraform.demo-local.tfstate"),
      "cannot read the Terraform state terraform.demo-local.tfstate",
    ],
    [
      "comes from another version",
      () => writeState("local", { ...outputs("local"), schemaVersion: 3 }),
      "holds no outputs that this version of cdktf-etcd can read",
    ],
    [
      "has no members",
      () => writeState("local", { ...outputs("local"), members: undefined }),
      "holds no outputs",
    ],
    [
      "has members without endpoints",
      () => writeState("local", { ...outputs("local"), members: [{ name: "a" }, null] }),
      "holds no outputs",
    ],
    ["has an output of another kind", () => writeState("local", "text"), "holds no outputs"],
    ["is handed over broken", () => vi.stubEnv("CDKTF_ETCD_OUTPUTS", "{"), "CDKTF_ETCD_OUTPUTS is not JSON"],
  ])("%s", async (_, make, message) => {
    make();
    const error: unknown = await deployedOutputs({}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExternalError);
    expect((error as ExternalError).message).toContain(message);
    expect((error as ExternalError).remedy ?? "").not.toBe("");
  });

  test.each([["null"], ["[]"], ["4"]])(
    "is JSON of another kind (%s): then nothing is deployed",
    async (text) => {
      writeFileSync("terraform.demo-local.tfstate", text);
      await expect(deployedOutputs({})).rejects.toThrow("is not deployed here");
    },
  );
});
