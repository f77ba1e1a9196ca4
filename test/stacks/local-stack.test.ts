import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LocalCluster } from "../../lib/cluster/cluster";
import { memberFolder, stateDirOf, trustOf } from "../../lib/local";
import { writeRecord, type ProcessRecord } from "../../lib/local/process/record";
import { startTimeOf } from "../../lib/local/process/process-identity";
import { buildApp } from "../../lib/stacks";
import { defaultCluster, local } from "./definitions";
import { onlyStack, Synthesized, type Attributes } from "./synthesized";

const PROCESSES = ["etcd-0_process", "etcd-1_process", "etcd-2_process"];

interface LocalExec {
  readonly command: string;
  readonly working_dir: string;
  readonly when?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Without certificates: the deploy makes them. */
async function synthesize(cluster: LocalCluster): Promise<Synthesized> {
  return Synthesized.of(onlyStack(await buildApp(cluster)));
}

function provisionersOf(resource: Attributes | undefined): LocalExec[] {
  return (resource?.["provisioner"] as { "local-exec": LocalExec }[]).map(
    (provisioner) => provisioner["local-exec"],
  );
}

/** Records of processes are read relative to the working directory, where the repository may have some of its own. */
let project: string;
let home: string;
beforeEach(async () => {
  home = process.cwd();
  project = await mkdtemp(join(tmpdir(), "cdktf-etcd-local-stack-"));
});
afterEach(async () => {
  process.chdir(home);
  await rm(project, { recursive: true });
});

describe("the local stack", () => {
  test("of the definition at the top of the repository, as a whole", async () => {
    const { text } = await synthesize({ ...defaultCluster("local"), name: "snapshot" });
    await expect(`${text}\n`).toMatchFileSnapshot("__snapshots__/local-default.tf.json");
  });

  test("needs no provider, and a Terraform that has terraform_data", async () => {
    const { json, types } = await synthesize(local());
    expect(json).not.toHaveProperty("provider");
    expect(json.terraform).toEqual({
      backend: { local: { path: "../../../terraform.demo-local.tfstate" } },
      required_version: ">= 1.4.0",
    });
    expect(types).toEqual(["terraform_data"]);
  });

  test("has a preflight, one process per member after it, and a check after all of them", async () => {
    const stack = await synthesize(local());
    const resources = stack.resources("terraform_data");
    expect(Object.keys(resources)).toEqual([...PROCESSES, "preflight", "verify_endpoints"]);
    for (const name of PROCESSES)
      expect(resources[name]).toMatchObject({ depends_on: ["terraform_data.preflight"] });
    expect(resources["verify_endpoints"]).toMatchObject({
      depends_on: PROCESSES.map((name) => `terraform_data.${name}`),
      triggers_replace: Object.fromEntries(
        PROCESSES.map((name) => [name.replace("_process", ""), `\${terraform_data.${name}.id}`]),
      ),
    });
  });

  test("starts a member with its definition, and stops it by what the state alone knows", async () => {
    const stack = await synthesize(local());
    const [start, stop] = provisionersOf(stack.resources("terraform_data")["etcd-1_process"]);
    expect(start?.command).toBe("node bin/run.js bin/cdktf-etcd.ts local start etcd-1 --generation 1");
    expect(JSON.parse(start?.environment?.["CDKTF_ETCD_LOCAL_INPUT"] ?? "")).toMatchObject({
      stateDir: stateDirOf("demo"),
      cluster: { name: "demo", members: [{ name: "etcd-0" }, { name: "etcd-1" }, { name: "etcd-2" }] },
    });
    expect(stop?.when).toBe("destroy");
    expect(stop).not.toHaveProperty("environment");
    const references = stop?.command.match(/\$\{[^}]*\}/g);
    expect(references).toEqual(["${self.input.member}", "${self.input.state_dir}"]);
    expect(stack.resources("terraform_data")["etcd-1_process"]).toMatchObject({
      input: { member: "etcd-1", state_dir: stateDirOf("demo") },
    });
  });

  test("names every program and folder relative to where it runs", async () => {
    const stack = await synthesize(local());
    expect(stack.text).not.toContain(process.cwd());
    for (const resource of stack.all("terraform_data")) {
      for (const { command, working_dir } of provisionersOf(resource)) {
        expect(working_dir).toBe("../../..");
        expect(command).not.toMatch(/(^| )'?\//);
      }
    }
  });

  test("is the same text at a second synthesis", async () => {
    expect((await synthesize(local())).text).toBe((await synthesize(local())).text);
  });
});

describe("the generation of a process", () => {
  const generations = async () => {
    const stack = await synthesize(local());
    return PROCESSES.map(
      (name) => (stack.resources("terraform_data")[name]?.["triggers_replace"] as Attributes)["generation"],
    );
  };

  function record(member: string, change: Partial<ProcessRecord>): void {
    const folder = memberFolder(stateDirOf("demo"), member);
    mkdirSync(folder.path, { recursive: true });
    const startTime = startTimeOf(process.pid);
    if (startTime === undefined) throw new Error("this process has no start time");
    const running: ProcessRecord = {
      member,
      pid: process.pid,
      startTime,
      etcd: "/usr/bin/etcd",
      release: "3.6.14",
      digest: "0",
      trust: trustOf(local().tls, member) ?? "",
      generation: 4,
      startedAt: "2026-01-01T00:00:00.000Z",
      clientUrl: "http://127.0.0.1:2379",
      peerUrl: "http://127.0.0.1:2380",
    };
    writeRecord(folder, { ...running, ...change });
  }

  test("is one where nothing ran before", async () => {
    process.chdir(project);
    expect(await generations()).toEqual([1, 1, 1]);
  });

  test("stays while the process runs, and grows when it died, so that only that member is replaced", async () => {
    process.chdir(project);
    record("etcd-0", {});
    record("etcd-1", { startTime: "0" });
    expect(await generations()).toEqual([4, 5, 1]);
    expect(await generations()).toEqual([4, 5, 1]);
  });

  test("grows when the CAs are others than those that the process holds", async () => {
    process.chdir(project);
    record("etcd-0", { trust: "another" });
    record("etcd-1", {});
    expect(await generations()).toEqual([5, 4, 1]);
  });
});

describe("the CAs of a cluster", () => {
  test("are no part of the plan: that they are made between two of them changes nothing", async () => {
    process.chdir(project);
    const before = await synthesize(local());
    mkdirSync("pki/demo", { recursive: true });
    for (const file of ["client-ca.crt", "peer-ca.crt"]) writeFileSync(`pki/demo/${file}`, "a CA");
    expect((await synthesize(local())).text).toBe(before.text);
  });
});

describe("a changed definition", () => {
  test("replaces every process when a setting changes, and none when the cluster's learners do", async () => {
    const triggers = async (cluster: ReturnType<typeof local>) => {
      const stack = await synthesize(cluster);
      return PROCESSES.map((name) => stack.resources("terraform_data")[name]?.["triggers_replace"]);
    };
    const before = await triggers(local());
    expect(await triggers(local({ learners: ["etcd-9"] }))).toEqual(before);
    for (const [index, changed] of (
      await triggers(local({ etcd: { settings: { logLevel: "debug" } } }))
    ).entries()) {
      expect(changed).not.toEqual(before[index]);
    }
  });
});
