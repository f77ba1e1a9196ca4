/** A state in S3, read by the real Terraform out of an emulated S3, by the CLI as a user runs it. */
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ClusterOutputs } from "../../lib/cluster/outputs";
import { Emulator } from "../aws/support/emulator";
import { NetworkNamespace } from "../aws/support/network-namespace";
import { startCaptured, type CliResult } from "../support/captured-program";
import { CLI, STACK } from "../support/cli";
import { terraformBinary } from "../support/terraform";

const TEST_MS = 120_000;
const REGION = "eu-west-1";
const KEY = "etcd/demo.tfstate";
const STATE = `s3://states/${KEY}`;

const OUTPUTS: ClusterOutputs = {
  schemaVersion: 2,
  name: "demo",
  target: "aws",
  release: "3.6.14",
  learners: [],
  members: [
    {
      name: "etcd-0",
      // Nothing listens there, and nothing in the namespace routes there.
      endpoint: "http://10.40.0.10:2379",
      peerUrl: "http://10.40.0.10:2380",
      address: "10.40.0.10",
    },
  ],
};

let namespace: NetworkNamespace;
let emulator: Emulator;
let folder: string;
beforeAll(async () => {
  namespace = await NetworkNamespace.create();
  emulator = await Emulator.start(namespace, REGION);
  folder = await realpath(await mkdtemp(join(tmpdir(), "cdktf-etcd-remote-")));
  await define("states");
  await s3("create_bucket", {
    Bucket: "states",
    CreateBucketConfiguration: { LocationConstraint: REGION },
  });
}, TEST_MS);
afterAll(async () => {
  await namespace?.remove();
  await rm(folder, { recursive: true, force: true });
});

function define(bucket: string): Promise<void> {
  const state = `state: { bucket: ${bucket}, key: ${KEY} }`;
  return writeFile(
    join(folder, "cluster.yaml"),
    `name: demo\ntls: false\naws:\n  region: ${REGION}\n  ${state}\n`,
  );
}

async function s3(operation: string, parameters: Record<string, unknown>): Promise<void> {
  const answer = await emulator.call({ service: "s3", operation, parameters });
  if (!answer.ok) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
}

/** A deploy by Terraform, of a stack that has nothing but outputs. */
async function deploy(outputs: unknown): Promise<void> {
  const stack = await mkdtemp(join(folder, "stack-"));
  const backend = { s3: { bucket: "states", key: KEY, region: REGION, use_lockfile: true } };
  await writeFile(
    join(stack, "main.tf.json"),
    JSON.stringify({ terraform: { backend }, output: { etcd_cluster: { value: outputs } } }),
  );
  for (const args of [["init"], ["apply", "-auto-approve"]]) {
    const words = namespace.command([terraformBinary(), ...args, "-input=false"], stack);
    const { code, output } = await startCaptured(words, { cwd: stack, env: emulator.env() }).result;
    if (code !== 0) throw new Error(output);
  }
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  const words = namespace.command([process.execPath, ...CLI, ...args], folder);
  return startCaptured(words, { cwd: folder, env: { ...emulator.env(), ...env } }).result;
}

describe("a cluster whose state is in S3", { concurrent: false, timeout: TEST_MS }, () => {
  test("is not deployed while there is no state", async () => {
    const { code, stderr } = await run(["status", "--target", "aws"]);
    expect(code, stderr).toBe(4);
    expect(stderr).toContain(`the cluster demo is not deployed here (looked for ${STATE})`);
  });

  test("is asked by the outputs of that state, also where nothing was ever synthesized", async () => {
    await deploy(OUTPUTS);
    const asked = await run(["status", "--target", "aws", "--output", "json"]);
    expect(JSON.parse(asked.stdout), asked.output).toMatchObject({
      endpoints: [{ member: "etcd-0", endpoint: "http://10.40.0.10:2379", status: null }],
    });
    // Also without being told, when nothing is deployed on this machine.
    const found = await run(["verify"]);
    expect(found.code, found.output).toBe(3);
    expect(found.stdout).toContain("cluster demo is not reachable from here");
  });

  test("of another version is not guessed at", async () => {
    await deploy({ ...OUTPUTS, schemaVersion: 3 });
    const { code, stderr } = await run(["status", "--target", "aws"]);
    expect(code).toBe(4);
    expect(stderr).toContain(`${STATE} holds no outputs that this version of cdktf-etcd can read`);
  });

  test("is named as a place to look by down, which asks nobody for that", async () => {
    const { code, stdout } = await run(["down"], { AWS_ENDPOINT_URL: "http://127.0.0.1:1" });
    expect(code).toBe(0);
    expect(stdout).toContain(`its state on the target aws would be ${STATE}: --target aws takes that down`);
  });

  test("gives Terraform's own error and what to check when there are no credentials", async () => {
    const nobody = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" };
    const { code, stderr } = await run(["status", "--target", "aws"], nobody);
    expect(code).toBe(4);
    expect(stderr).toContain(`cannot read the Terraform state ${STATE}:`);
    expect(stderr).toContain("No valid credential sources found");
    expect(stderr).toContain("there are no AWS credentials here");
    expect(stderr).not.toMatch(STACK);
  });

  test("gives Terraform's own error and what to do when the bucket is not there", async () => {
    await define("nowhere");
    const { code, stderr } = await run(["status", "--target", "aws"]);
    await define("states");
    expect(code).toBe(4);
    expect(stderr).toContain(`cannot read the Terraform state s3://nowhere/${KEY}:`);
    expect(stderr).toContain("aws.state names first");
  });
});
