/** What is wrong is refused before anything is made in AWS, by the bare cdktf as well as by `up`, each time with what to do. */
import { chmod, rename } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pkiLayout } from "../../lib/cluster/pki-layout";
import { defineCluster } from "../../lib/cluster/define";
import { ensurePki } from "../../lib/pki";
import { STACK, type CliResult } from "../support/cli";
import { AwsProject } from "./support/aws-project";
import { whatIsThere } from "./support/aws-state";

const REGION = "eu-central-1";
const DEFINITION = { name: "demo", aws: { region: REGION } };
const TEXT = JSON.stringify(DEFINITION);
const STEP_MS = 120_000;

let project: AwsProject;
beforeAll(async () => {
  project = await AwsProject.create({ definition: TEXT, region: REGION });
}, STEP_MS);
afterAll(() => project?.dispose(), STEP_MS);

function expectRefusal({ code, output }: CliResult, ...words: readonly string[]): void {
  expect(code, output).not.toBe(0);
  expect(output).not.toMatch(STACK);
  for (const word of words) expect(output).toContain(word);
}

describe("the bare cdktf", { concurrent: false, timeout: STEP_MS }, () => {
  const synth = (): Promise<CliResult> => project.cdktf(["synth"]);
  const file = (path: string): string => join(project.folder, path);
  const { server, client, clientCa, folder } = pkiLayout("demo");

  test("refuses a definition with all that is wrong in it", async () => {
    await project.write(
      "cluster.yaml",
      `name: demo
members:
  - { name: a, address: 10.40.1.20 }
  - { name: b, address: 10.40.1.3 }
  - { name: c, address: 10.40.2.20 }
etcd: { settings: { quotaBackendBytes: 64GiB } }
aws:
  region: ${REGION}
  instanceType: m7g.large
  dataVolume: { size: 4GiB }
`,
    );
    const refused = await synth();
    await project.write("cluster.yaml", TEXT);
    expectRefusal(
      refused,
      'cluster.yaml:3:25 members[0].address: must lie inside its subnet 10.40.0.0/24, got "10.40.1.20"',
      "cluster.yaml:4:25 members[1].address: is one of the five addresses that AWS keeps in 10.40.1.0/24",
      "cluster.yaml:6:40 etcd.settings.quotaBackendBytes: must fit into memory (8GiB, m7g.large), got 64GiB",
      "cluster.yaml:6:40 etcd.settings.quotaBackendBytes: must fit onto the data volume (4GiB), got 64GiB",
      "4 mistakes in the definition; nothing was done",
    );
  });

  test("refuses to go on without certificates", async () => {
    expectRefusal(
      await synth(),
      "there are no certificates for demo yet: pki/demo is missing or empty",
      "make them with cdktf-etcd pki init",
    );
  });

  test("refuses certificates that have ended", async () => {
    const lastYear = new Date(Date.now() - 400 * 24 * 60 * 60 * 1000);
    const cluster = defineCluster({ ...DEFINITION, target: "aws" });
    await ensurePki(cluster, { projectDir: project.folder, now: lastYear });
    expectRefusal(
      await synth(),
      `${server("etcd-0").certFile} has expired on`,
      "cdktf-etcd pki renew etcd-0",
    );
    const renewed = await project.run(["pki", "renew", "--all"]);
    expect(renewed.code, renewed.output).toBe(0);
    const { code, output } = await synth();
    expect(code, output).toBe(0);
  });

  test("refuses keys that others can read, and certificates that are not there, all together", async () => {
    const { keyFile } = server("etcd-1");
    const { certFile } = client("operator");
    await chmod(file(keyFile), 0o644);
    await rename(file(certFile), file("away"));
    const refused = await synth();
    await chmod(file(keyFile), 0o600);
    await rename(file("away"), file(certFile));
    expectRefusal(refused, keyFile, `chmod 600 ${keyFile}`, `${certFile} is missing`, "2 mistakes");
  });

  test("refuses a CA that did not sign", async () => {
    await rename(file(clientCa.certFile), file("away"));
    const refused = await synth();
    await rename(file("away"), file(clientCa.certFile));
    expectRefusal(refused, `${clientCa.certFile} is missing`, "put it back", folder);
  });
});

describe("up", { concurrent: false, timeout: STEP_MS }, () => {
  const up = (env: NodeJS.ProcessEnv = {}): Promise<CliResult> => project.run(["up", "--target", "aws"], env);

  test("gives the provider's error and what to check when there are no credentials", async () => {
    const refused = await up({ AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" });
    expectRefusal(
      refused,
      "No valid credential sources found",
      "there are no AWS credentials here: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    );
    expect(refused.code).toBe(4);
    expect(whatIsThere(await project.readBack())).toEqual({});
  });

  test("gives AWS's error and what to check when the credentials are unknown", async () => {
    const refused = await up({ AWS_SESSION_TOKEN: "never issued" });
    expectRefusal(refused, "AWS does not know these credentials: check AWS_PROFILE");
    expect(refused.code).toBe(4);
    expect(whatIsThere(await project.readBack())).toEqual({});
  });

  test("gives AWS's error and what to check when permissions are missing", async () => {
    const { emulator } = project;
    const RoleName = "reader";
    const call = async (operation: string, parameters: Record<string, unknown>): Promise<void> => {
      expect(await emulator.call({ service: "iam", operation, parameters })).toMatchObject({ ok: true });
    };
    await call("create_role", { RoleName, AssumeRolePolicyDocument: "{}" });
    const refused = await up({
      ...emulator.env(await emulator.roleCredentials(RoleName)),
      ...{ TF_CLI_CONFIG_FILE: project.terraform.env["TF_CLI_CONFIG_FILE"] },
    });
    await call("delete_role", { RoleName });
    expectRefusal(refused, "AccessDenied", "these AWS credentials may not do what the error names");
    expect(refused.code).toBe(4);
    expect(whatIsThere(await project.readBack())).toEqual({});
  });

  test("compares existing subnets with AWS, and makes nothing when one is in another zone", async () => {
    const call = async (operation: string, parameters: Record<string, unknown>): Promise<string> => {
      const answer = await project.emulator.call({ service: "ec2", operation, parameters });
      if (!answer.ok) throw new Error(answer.message);
      const [made] = Object.values(answer.response) as { VpcId: string; SubnetId?: string }[];
      return made?.SubnetId ?? made?.VpcId ?? "";
    };
    const vpcId = await call("create_vpc", { CidrBlock: "10.9.0.0/16" });
    const cidr = "10.9.1.0/24";
    const AvailabilityZone = `${REGION}b`;
    const id = await call("create_subnet", { VpcId: vpcId, CidrBlock: cidr, AvailabilityZone });
    const before = await project.readBack();
    await project.write(
      "cluster.yaml",
      JSON.stringify({
        name: "demo",
        tls: false,
        members: 1,
        aws: {
          region: REGION,
          clientAccess: { cidrs: ["10.9.0.0/16"] },
          network: { vpcId, subnets: [{ id, cidr, availabilityZone: `${REGION}a` }] },
        },
      }),
    );
    const refused = await up();
    // Terraform breaks the lines of its errors.
    const text = refused.output.replaceAll(/[\s│]+/g, " ");
    expect(text).toContain(`The subnet ${id} has the availabilityZone ${REGION}b, and the definition says`);
    expect(text).toContain("Correct availabilityZone in aws.network.subnets");
    expect(refused.code, refused.output).toBe(4);
    expect(await project.readBack()).toEqual(before);
  });
});
