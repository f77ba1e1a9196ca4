/** The way of a team: a VPC that is there already, the state in S3, and `up` from one checkout, everything else from another. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCaptured, type CliResult } from "../support/captured-program";
import { CLI } from "../support/cli";
import { AwsProject } from "./support/aws-project";
import { releaseMirror, type ReleaseMirror } from "./support/release-mirror";

const REGION = "eu-central-1";
const STATES = "states-of-the-team";
const KEY = "cdktf-etcd/team-aws.tfstate";
const CIDR = "10.9.1.0/24";
const STEP_MS = 240_000;

let project: AwsProject;
let mirror: ReleaseMirror;
/** Another checkout: nothing but the definition. */
let checkout: string;
beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), "cdktf-etcd-checkout-"));
  project = await AwsProject.create({ definition: "", region: REGION });
  mirror = await releaseMirror(project.namespace);
  const CreateBucketConfiguration = { LocationConstraint: REGION };
  await call("s3", "create_bucket", { Bucket: STATES, CreateBucketConfiguration });
  await define(await existingNetwork());
}, STEP_MS);
afterAll(async () => {
  await project?.dispose();
  await mirror?.remove();
  await rm(checkout, { recursive: true, force: true });
}, STEP_MS);

async function call(
  service: string,
  operation: string,
  parameters: Record<string, unknown> = {},
): Promise<Record<string, never>> {
  const answer = await project.emulator.call({ service, operation, parameters });
  if (!answer.ok) throw new Error(`${operation}: ${answer.message}`);
  return answer.response as Record<string, never>;
}

interface ExistingNetwork {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly routeTableId: string;
}

async function existingNetwork(): Promise<ExistingNetwork> {
  const { VpcId: vpcId } = (await call("ec2", "create_vpc", { CidrBlock: "10.9.0.0/16" }))["Vpc"]!;
  const subnet = { VpcId: vpcId, CidrBlock: CIDR, AvailabilityZone: `${REGION}b` };
  const { SubnetId: subnetId } = (await call("ec2", "create_subnet", subnet))["Subnet"]!;
  const table = (await call("ec2", "create_route_table", { VpcId: vpcId }))["RouteTable"]!;
  const { RouteTableId: routeTableId } = table;
  await call("ec2", "associate_route_table", { RouteTableId: routeTableId, SubnetId: subnetId });
  return { vpcId, subnetId, routeTableId };
}

async function define({ vpcId, subnetId, routeTableId }: ExistingNetwork): Promise<void> {
  const { release, architecture, sha256, server } = mirror;
  const definition = {
    name: "team",
    members: 1,
    tls: false,
    etcd: { release, sha256: { [architecture]: sha256 }, downloadBaseUrl: server.url },
    aws: {
      region: REGION,
      instanceType: architecture === "amd64" ? "t3.small" : "t4g.small",
      placement: "none",
      clientAccess: { cidrs: ["10.9.0.0/16"] },
      network: {
        vpcId,
        subnets: [{ id: subnetId, cidr: CIDR, availabilityZone: `${REGION}b` }],
        routeTableIds: [routeTableId],
      },
      state: { bucket: STATES },
    },
  };
  await project.write("cluster.yaml", JSON.stringify(definition));
  await writeFile(join(checkout, "cluster.yaml"), JSON.stringify(definition));
}

function inCheckout(...args: readonly string[]): Promise<CliResult> {
  const words = project.namespace.command([process.execPath, ...CLI, ...args], checkout);
  return startCaptured(words, { cwd: checkout, env: project.terraform.env }).result;
}

describe("in an existing VPC, with the state in S3", { concurrent: false, timeout: STEP_MS }, () => {
  test("up deploys, and says that it cannot reach the members", async () => {
    const { code, output } = await project.run(["up", "--target", "aws", "--timeout", "5s"]);
    expect(code, output).toBe(0);
    expect(output).toContain("cluster team is not reachable from here");
    expect(output).not.toContain("Error");
  });

  test("the second plan is empty", async () => {
    const plan = ["plan", "-input=false", "-no-color", "-detailed-exitcode"];
    const { exitCode, stdout } = await project.terraform.run(project.stackFolder, plan, [0, 2]);
    expect(exitCode, stdout).toBe(0);
    expect(stdout).not.toContain("Warning");
  });

  test("state and its lock are in the bucket, nothing of them in the project", async () => {
    const lock = { Bucket: STATES, Key: `${KEY}.tflock` };
    const listed = await call("s3", "list_objects_v2", { Bucket: STATES });
    expect((listed["Contents"]! as { Key: string }[]).map(({ Key }) => Key)).toEqual([KEY]);
    const json = JSON.parse(await readFile(join(project.stackFolder, "cdk.tf.json"), "utf8")) as {
      terraform: { backend: unknown };
    };
    expect(json.terraform.backend).toEqual({
      s3: { bucket: STATES, key: KEY, region: REGION, encrypt: true, use_lockfile: true },
    });

    await call("s3", "put_object", { ...lock, Body: '{"ID":"somebody else"}' });
    const { code, output } = await project.run(["up", "--target", "aws"]);
    await call("s3", "delete_object", lock);
    expect(code, output).toBe(4);
    expect(output).toContain("Error acquiring the state lock");
    expect(output).toContain("another deploy is at work on this stack");
  });

  test("another checkout knows the cluster by that state", async () => {
    const status = await inCheckout("status", "--output", "json");
    expect(JSON.parse(status.stdout), status.output).toMatchObject({
      endpoints: [{ member: "etcd-0", endpoint: "http://10.9.1.10:2379" }],
    });
    const verified = await inCheckout("verify");
    expect(verified.code, verified.output).toBe(3);
    expect(verified.output).toContain("cluster team is not reachable from here");
  });

  test("of the network only the endpoint of S3 is ours, in the route table that was named", async () => {
    const { vpcs, subnets, vpcEndpoints, instances, internetGateways } = await project.readBack();
    expect([vpcs.length, subnets.length, internetGateways.length]).toEqual([1, 1, 0]);
    expect(vpcEndpoints).toMatchObject([{ type: "Gateway", vpcId: vpcs[0]?.id }]);
    expect(vpcEndpoints[0]?.routeTableIds).toHaveLength(1);
    expect(instances).toMatchObject([
      { privateIp: "10.9.1.10", availabilityZone: `${REGION}b`, placementGroup: null },
    ]);
  });
});
