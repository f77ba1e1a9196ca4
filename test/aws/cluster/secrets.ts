/** Private keys: where they must not be, and that they would be found there. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { evidenceInProject, evidenceOfPlan, evidenceOfUserData } from "../support/evidence";
import { privateKeysIn, type Evidence } from "../support/private-keys";
import { outputOf, type ClusterLife } from "./life";

const KINDS = [
  "another file of the project",
  "backup of the state",
  "output of a command",
  "outputs",
  "plan as JSON",
  "plan as it is printed",
  "plan file",
  "state as JSON",
  "state file",
  "synthesized JSON",
  "user data",
];

const kindsOf = (evidence: readonly Evidence[]): string[] => [
  ...new Set(evidence.map(({ kind }) => kind).toSorted()),
];

/** @param earlier what was there before the last change */
export function keepsItsKeysToItself(life: () => ClusterLife, earlier: () => readonly Evidence[]): void {
  test("no private key is in anything that was written, printed or sent for it", async () => {
    const evidence = [
      ...earlier(),
      ...life().transcripts,
      ...evidenceOfUserData(await life().readBack()),
      ...(await evidenceInProject(life().project.folder)),
    ];
    expect(kindsOf(evidence)).toEqual(KINDS);
    // Before and after they were renewed: 2 CAs, 6 of members, 1 of the operator.
    expect(life().keys).toHaveLength(2 * 9);
    expect(privateKeysIn(evidence, life().keys)).toEqual([]);
  });

  test("one that is planted is found, wherever that is", async () => {
    const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
      type: "pkcs8",
      format: "pem",
    });
    const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-planted-"));
    try {
      const evidence = [
        ...(await plantedInStack(life(), folder, pem.toString())),
        ...(await plantedInUserData(life(), pem.toString())),
      ];
      const known = [{ name: "the planted key", pem: pem.toString() }];
      const found = evidence.filter((one) => privateKeysIn([one], known).length > 0);
      expect(kindsOf(found)).toEqual(KINDS);
      // Also one that nobody told us about.
      expect(kindsOf(evidence.filter((one) => privateKeysIn([one], []).length > 0))).toEqual(KINDS);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

/** A project like one of ours, in which somebody made a key a part of Terraform's configuration. */
async function plantedInStack(
  { project: { terraform } }: ClusterLife,
  folder: string,
  pem: string,
): Promise<Evidence[]> {
  const stack = join(folder, "cdktf.out", "stacks", "planted");
  await mkdir(stack, { recursive: true });
  await writeFile(join(stack, "copy.txt"), pem);
  const configure = (version: number): Promise<void> =>
    writeFile(
      join(stack, "cdk.tf.json"),
      JSON.stringify({
        terraform: { backend: { local: { path: "../../../terraform.planted.tfstate" } } },
        resource: { terraform_data: { planted: { input: { pem, version } } } },
        output: { planted: { value: "${terraform_data.planted.output.pem}" } },
      }),
    );
  await configure(1);
  await terraform.run(stack, ["init", "-input=false"]);
  const printed: Evidence[] = [];
  for (const version of [1, 2]) {
    await configure(version);
    const { stdout } = await terraform.run(stack, ["apply", "-auto-approve", "-no-color"]);
    printed.push(outputOf("terraform apply", stdout));
  }
  await configure(3);
  return [...printed, ...(await evidenceOfPlan(terraform, stack)), ...(await evidenceInProject(folder))];
}

async function plantedInUserData(life: ClusterLife, pem: string): Promise<Evidence[]> {
  const { emulator } = life.project;
  const call = async (operation: string, parameters: Record<string, unknown>) => {
    const answer = await emulator.call({ service: "ec2", operation, parameters });
    if (!answer.ok) throw new Error(`${operation}: ${answer.message}`);
    return answer.response;
  };
  const [running] = (await life.readBack()).instances;
  const started = await call("run_instances", {
    ImageId: running?.imageId,
    MinCount: 1,
    MaxCount: 1,
    NetworkInterfaces: [{ DeviceIndex: 0, DeleteOnTermination: true }],
    UserData: `#cloud-config\nwrite_files: [{ content: ${JSON.stringify(pem)} }]\n`,
  });
  try {
    return evidenceOfUserData(await life.readBack());
  } finally {
    const InstanceIds = (started["Instances"] as { InstanceId: string }[]).map(
      ({ InstanceId }) => InstanceId,
    );
    await call("terminate_instances", { InstanceIds });
  }
}
