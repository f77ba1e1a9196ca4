/** The real terraform and the real AWS provider against the emulator, with all kinds of resources that a cluster uses. */
import { createHash } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Terraform } from "../support/terraform";
import { readBack, whatIsThere, type AwsState } from "./support/aws-state";
import { ACCOUNT_ID, Emulator } from "./support/emulator";
import { NetworkNamespace } from "./support/network-namespace";

const REGION = "eu-central-1";
const CONFIGURATION = join(__dirname, "fixtures", "deployment");
const STATE_BUCKET = "trial-state";
const BUCKET = `trial-${ACCOUNT_ID}-${REGION}`;
const STEP_MS = 180_000;

let namespace: NetworkNamespace;
let emulator: Emulator;
let terraform: Terraform;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-deployment-"));
  await cp(CONFIGURATION, folder, { recursive: true });
  namespace = await NetworkNamespace.create();
  emulator = await Emulator.start(namespace, REGION);
  terraform = await Terraform.create({
    env: emulator.env(),
    command: (words, dir) => namespace.command(words, dir),
  });
  await s3("create_bucket", { CreateBucketConfiguration: { LocationConstraint: REGION } });
  await terraform.run(folder, ["init", "-input=false"]);
}, STEP_MS);
afterAll(async () => {
  await namespace?.remove();
  await terraform?.remove();
  await rm(folder, { recursive: true, force: true });
});

async function s3(operation: string, parameters: Readonly<Record<string, unknown>>): Promise<void> {
  const call = { service: "s3", operation, parameters: { Bucket: STATE_BUCKET, ...parameters } };
  expect(await emulator.call(call)).toMatchObject({ ok: true });
}

describe("a deployment", { concurrent: false, timeout: STEP_MS }, () => {
  let state: AwsState;

  test("is applied, and the second plan is empty", async () => {
    await terraform.run(folder, ["apply", "-auto-approve", "-input=false", "-parallelism=40"]);
    const { exitCode } = await terraform.run(folder, ["plan", "-input=false", "-detailed-exitcode"], [0, 2]);
    expect(exitCode).toBe(0);
    state = await readBack(emulator);
  });

  test("locks its state in S3: who comes second is refused", async () => {
    const lock = { Bucket: STATE_BUCKET, Key: "trial.tfstate.tflock" };
    await s3("put_object", { ...lock, Body: '{"ID":"somebody"}' });
    const args = ["plan", "-input=false", "-no-color", "-lock-timeout=0s"];
    await expect(terraform.run(folder, args)).rejects.toThrow("Error acquiring the state lock");
    await s3("delete_object", lock);
  });

  test("has instances on their interfaces, in the interfaces' zones, as they were asked for", () => {
    const members = state.instances.toSorted((a, b) => a.privateIp!.localeCompare(b.privateIp!));
    expect(members).toMatchObject([
      { tags: { "etcd-member": "etcd-0" }, privateIp: "10.40.0.10", availabilityZone: "eu-central-1a" },
      { tags: { "etcd-member": "etcd-1" }, privateIp: "10.40.1.10", availabilityZone: "eu-central-1b" },
    ]);
    for (const { interfaceIds, devices, tags, availabilityZone, ...instance } of members) {
      expect(instance).toMatchObject({
        state: "running",
        placementGroup: "trial",
        publicIp: null,
        monitoring: "enabled",
        terminationProtection: true,
        metadataOptions: { endpoint: "enabled", tokens: "required", hopLimit: 1, instanceTags: "enabled" },
        userData: `#!/bin/sh\necho ${tags["etcd-member"]} – é\n`,
      });
      const interfaces = state.interfaces.filter(({ id }) => interfaceIds.includes(id));
      expect(interfaces).toMatchObject([{ privateIp: instance.privateIp, instanceId: instance.id }]);
      const [root] = state.volumes.filter(({ id }) => id === devices[0]?.volumeId);
      expect(root).toMatchObject({ type: "gp3", sizeGiB: 8, encrypted: true, availabilityZone });
      expect(root?.kmsKeyId).toBe(state.kmsKeys[0]?.arn);
    }
  });

  test("has its data volumes, encrypted, in the members' zones", () => {
    const volumes = state.volumes.filter(({ tags }) => "etcd-member" in tags);
    expect(volumes.map(({ availabilityZone }) => availabilityZone).toSorted()).toEqual([
      "eu-central-1a",
      "eu-central-1b",
    ]);
    for (const volume of volumes) {
      const size = { sizeGiB: 20, type: "gp3", iops: 3000, throughputMiBps: 125 };
      expect(volume).toMatchObject({ ...size, encrypted: true, kmsKeyId: state.kmsKeys[0]?.arn });
    }
  });

  test("has its security group rules with their descriptions, whatever their other end is", () => {
    const group = state.securityGroups.find(({ name }) => name === "trial-members");
    const s3Endpoint = state.vpcEndpoints.find(({ type }) => type === "Gateway");
    const routes = state.routeTables.flatMap((table) => table.routes);
    const prefixList = routes.find(({ target }) => target === s3Endpoint?.id)?.destination;
    const rules = group?.rules.map((rule) => [
      rule.direction,
      rule.toPort,
      rule.description,
      rule.cidr ?? rule.securityGroupId ?? rule.prefixListId,
    ]);
    expect(new Set(rules)).toEqual(
      new Set([
        ["ingress", 2379, "etcd clients", "10.0.0.0/8"],
        ["ingress", 2380, "etcd peers", group?.id],
        ["egress", 2380, "etcd peers", group?.id],
        ["egress", 443, "the bucket", prefixList],
      ]),
    );
  });

  test("has its bucket closed, versioned and encrypted, with its objects", () => {
    const bucket = state.buckets.find(({ name }) => name === BUCKET);
    const key = state.kmsKeys[0]?.arn;
    expect(bucket).toMatchObject({
      versioning: "Enabled",
      encryption: "aws:kms",
      kmsKeyId: key,
      bucketKey: true,
      publicAccessBlocked: true,
      objectOwnership: "BucketOwnerEnforced",
      policy: { Statement: [{ Sid: "OnlyTls", Effect: "Deny" }] },
    });
    const certificate = createHash("sha256").update("a certificate\n").digest("hex");
    expect(bucket?.objects.filter(({ key: name }) => name.endsWith("server.crt"))).toMatchObject([
      {
        key: "members/etcd-0/server.crt",
        sha256: certificate,
        size: 14,
        encryption: "aws:kms",
        kmsKeyId: key,
      },
      {
        key: "members/etcd-1/server.crt",
        sha256: certificate,
        size: 14,
        encryption: "aws:kms",
        kmsKeyId: key,
      },
    ]);
  });

  test("has a private zone", () => {
    expect(state.hostedZones).toMatchObject([
      { name: "etcd.internal.", isPrivate: true, vpcIds: [state.vpcs[0]?.id] },
    ]);
  });

  test("lets a member read what is its own and nothing of another member", async () => {
    const credentials = await emulator.roleCredentials("trial-etcd-0");
    const codes: Record<string, string> = {};
    for (const [operation, parameters] of [
      ["get_object", { Key: "members/etcd-0/server.crt" }],
      ["get_object", { Key: "members/etcd-1/server.crt" }],
      ["put_object", { Key: "members/etcd-0/server.crt" }],
      ["put_object", { Key: "status/etcd-0/joined" }],
      ["put_object", { Key: "status/etcd-1/joined" }],
      ["list_objects_v2", { Prefix: "status/etcd-0/" }],
      ["list_objects_v2", { Prefix: "" }],
    ] as const) {
      const call = { service: "s3", operation, parameters: { Bucket: BUCKET, ...parameters }, credentials };
      const answer = await emulator.call(call);
      codes[`${operation} ${Object.values(parameters).join()}`] = answer.ok ? "allowed" : answer.code;
    }
    expect(codes).toEqual({
      "get_object members/etcd-0/server.crt": "allowed",
      "get_object members/etcd-1/server.crt": "AccessDenied",
      "put_object members/etcd-0/server.crt": "AccessDenied",
      "put_object status/etcd-0/joined": "allowed",
      "put_object status/etcd-1/joined": "AccessDenied",
      "list_objects_v2 status/etcd-0/": "allowed",
      "list_objects_v2 ": "AccessDenied",
    });
  });

  test("is destroyed, and nothing is left but the bucket with Terraform's state", async () => {
    await terraform.run(folder, ["destroy", "-auto-approve", "-input=false", "-parallelism=40"]);
    const { buckets, ...rest } = whatIsThere(await readBack(emulator));
    expect(buckets).toMatchObject([{ name: STATE_BUCKET }]);
    expect(rest).toEqual({});
  });
});
