/** Runs that are killed in the middle, runs beside each other, and folders that cannot be written. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { EXIT } from "../../lib/cli/exit-codes";
import { renewCertificates } from "../../lib/pki";
import { CLI, STACK } from "../support/cli";
import { startCaptured, type CliResult } from "../support/captured-program";
import { onLocal, PkiProject } from "./pki-project";

const DEFINITION = "name: demo\nmembers: 1\n";
const CLUSTER = onLocal({ members: 1 });
const CA_FILES = ["client-ca.crt", "client-ca.key", "peer-ca.crt", "peer-ca.key"];

/** Kills the process before it gives the `DIE_BEFORE`-th file (from 0) its name. */
const KILLER = `
const fs = require("node:fs");
let left = Number(process.env.DIE_BEFORE);
for (const name of ["renameSync", "linkSync"]) {
  const real = fs[name];
  fs[name] = (from, to) => {
    if (String(to).includes("/pki/") && left-- === 0) process.kill(process.pid, "SIGKILL");
    return real(from, to);
  };
}
`;

/** Stops after the first key of a server, until there is a file `resume`. */
const PAUSER = `
const fs = require("node:fs");
const real = fs.renameSync;
fs.renameSync = (from, to) => {
  real(from, to);
  if (!String(to).endsWith("server.key") || fs.existsSync("paused")) return;
  fs.writeFileSync("paused", "");
  while (!fs.existsSync("resume")) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
};
`;

function pki(project: PkiProject, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  return startCaptured([process.execPath, ...CLI, "pki", ...args], {
    cwd: project.folder,
    env: { ...process.env, CLUSTER: "", TARGET: "", ...env },
  }).result;
}

/** Runs a command until it is killed at each of its writes in turn; what comes after each must find its way. */
async function killedAtEachWrite(
  args: readonly string[],
  prepare: (project: PkiProject) => Promise<void>,
  check: (project: PkiProject) => Promise<void>,
): Promise<number> {
  for (let writes = 0; ; writes += 1) {
    const project = PkiProject.create();
    project.write("cluster.yaml", DEFINITION);
    project.write("killer.cjs", KILLER);
    await prepare(project);
    const { code, output } = await pki(project, args, {
      NODE_OPTIONS: `--require ${project.path("killer.cjs")}`,
      DIE_BEFORE: String(writes),
    });
    if (code !== null) {
      expect(code, output).toBe(EXIT.ok);
      return writes;
    }
    await check(project);
  }
}

/** What of a CA is there may stay or be completed, never change. */
async function expectRepaired(project: PkiProject): Promise<void> {
  const authorities = (): Record<string, string> =>
    Object.fromEntries(
      Object.entries(project.contents()).filter(([name]) => CA_FILES.some((file) => name === `demo/${file}`)),
    );
  const before = authorities();
  const { code, output } = await pki(project, ["init"]);
  expect(code, output).toBe(EXIT.ok);
  expect(project.mistakes(CLUSTER)).toEqual([]);
  expect(authorities()).toMatchObject(before);
  const { clientCa, peerCa, server, peer } = project.layout;
  expect(await project.verify(clientCa, server("etcd-0"))).toContain(": OK");
  expect(await project.verify(peerCa, peer("etcd-0"))).toContain(": OK");
}

describe("a run that is killed", () => {
  test(
    "while it makes everything is finished by the next, whatever it was at",
    { timeout: 240_000 },
    async () => {
      const writes = await killedAtEachWrite(["init"], () => Promise.resolve(), expectRepaired);
      // .gitignore, key and certificate of two CAs and three others.
      expect(writes).toBe(11);
    },
  );

  test("while it renews leaves a pair that the next finds and repairs", { timeout: 240_000 }, async () => {
    const writes = await killedAtEachWrite(
      ["renew", "etcd-0"],
      async (project) => {
        await project.ensure(CLUSTER);
      },
      async (project) => {
        const mistakes = project.mistakes(CLUSTER);
        // Between key and certificate it says so; before and after there is nothing to say.
        for (const mistake of mistakes) expect(mistake).toMatch(/\.key does not belong to .*\.crt$/);
        await expectRepaired(project);
      },
    );
    // Key and certificate of two.
    expect(writes).toBe(4);
  });

  test("leaves nothing behind that a later run does not remove", async () => {
    const project = await PkiProject.withCertificates(CLUSTER);
    const abandoned = [
      "demo/.client-ca.key.0123456789ab.part",
      "demo/members/etcd-0/.peer.key.ba9876543210.part",
    ];
    const young = "demo/clients/.operator.key.00112233aabb.part";
    for (const name of [...abandoned, young]) project.write(join("pki", name), "half");
    const longAgo = new Date(Date.now() - 3_600_000);
    for (const name of abandoned) utimesSync(project.path(join("pki", name)), longAgo, longAgo);
    await project.ensure(CLUSTER);
    const left = readdirSync(project.path("pki"), { recursive: true, encoding: "utf8" });
    expect(left.filter((name) => name.endsWith(".part"))).toEqual([young]);
  });
});

describe("runs beside each other", () => {
  test("make one CA and certificates that fit it, as processes", { timeout: 120_000 }, async () => {
    const project = PkiProject.create();
    project.write("cluster.yaml", DEFINITION);
    const results = await Promise.all(Array.from({ length: 4 }, () => pki(project, ["init"])));
    for (const { code, output } of results) expect(code, output).toBe(EXIT.ok);
    for (const ca of ["client-ca", "peer-ca"]) {
      const makers = results.filter(({ stdout }) => stdout.includes(`made     pki/demo/${ca}.crt`));
      expect(makers).toHaveLength(1);
    }
    expect(project.mistakes(CLUSTER)).toEqual([]);
  });

  test("make one CA and certificates that fit it, step by step in turn", async () => {
    for (let round = 0; round < 5; round += 1) {
      const project = PkiProject.create();
      const runs = await Promise.all(Array.from({ length: 4 }, () => project.ensure()));
      for (const ca of ["client-ca", "peer-ca"]) {
        const file = `pki/demo/${ca}.crt`;
        const made = runs.flat().filter(({ kind, certFile }) => kind === "made" && certFile === file);
        expect(made).toHaveLength(1);
      }
      expect(project.mistakes()).toEqual([]);
      project.dispose();
    }
  });

  test(
    "find a pair of which each has written one half, and the last makes it fit",
    { timeout: 120_000 },
    async () => {
      const project = await PkiProject.withCertificates(CLUSTER);
      project.write("cluster.yaml", DEFINITION);
      project.write("pauser.cjs", PAUSER);
      const paused = pki(project, ["renew", "etcd-0"], {
        NODE_OPTIONS: `--require ${project.path("pauser.cjs")}`,
      });
      await vi.waitUntil(() => existsSync(project.path("paused")), { timeout: 60_000 });
      expect(project.mistakes(CLUSTER)).toHaveLength(1);
      await renewCertificates(CLUSTER, { all: true }, { projectDir: project.folder });
      expect(project.mistakes(CLUSTER)).toEqual([]);
      project.write("resume", "");
      const { code, output } = await paused;
      expect(code, output).toBe(EXIT.ok);
      expect(project.mistakes(CLUSTER)).toEqual([]);
    },
  );

  test("renew the same certificates, and each pair fits in the end", { timeout: 120_000 }, async () => {
    const project = await PkiProject.withCertificates();
    project.write("cluster.yaml", "name: demo\n");
    const inHere = Array.from({ length: 3 }, () =>
      renewCertificates(onLocal(), { all: true }, { projectDir: project.folder }),
    );
    const outside = await Promise.all(Array.from({ length: 3 }, () => pki(project, ["renew", "--all"])));
    await Promise.all(inHere);
    for (const { code, output } of outside) expect(code, output).toBe(EXIT.ok);
    expect(project.mistakes()).toEqual([]);
  });
});

describe("a folder that cannot be written", () => {
  test("because its file system is read-only is told so, and nothing is begun", async () => {
    const project = PkiProject.create();
    writeFileSync(project.path("cluster.yaml"), DEFINITION);
    const result = await inMountNamespace(project, `mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"`);
    expect(result.code, result.output).toBe(EXIT.external);
    expect(result.stderr).toMatch(
      /^error: cannot keep certificates: mkdir .*: the file system is read-only\n$/,
    );
    expect(readdirSync(project.folder)).toEqual(["cluster.yaml"]);
  });

  test("because the disk is full is told so, and no half file is left", async () => {
    const project = PkiProject.create();
    writeFileSync(project.path("cluster.yaml"), DEFINITION);
    // The mount is gone with the command, and with it what it left: it is looked at before.
    const result = await inMountNamespace(
      project,
      `cp cluster.yaml /dev/shm/$$.yaml && mount -t tmpfs -o size=24k tmpfs "$1" && cp /dev/shm/$$.yaml "$1/cluster.yaml" && rm /dev/shm/$$.yaml`,
      `find . -name '*.part' -o -size 0 -type f`,
    );
    expect(result.code, result.output).toBe(EXIT.external);
    expect(result.stderr).toMatch(/^error: cannot keep certificates: \w+( .*)?: the disk is full\n$/);
    expect(result.stderr).not.toMatch(STACK);
    expect(result.stdout).not.toContain(".part");
  });

  test("because it is somebody else's is told so", async () => {
    const project = PkiProject.create();
    writeFileSync(project.path("cluster.yaml"), DEFINITION);
    await promisify(execFile)("chmod", ["555", project.folder]);
    const nobody = process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--clear-groups"] : [];
    const result = await startCaptured([...nobody, process.execPath, ...CLI, "pki", "init"], {
      cwd: project.folder,
      env: { ...process.env, CLUSTER: "", TARGET: "" },
    }).result;
    expect(result.code, result.output).toBe(EXIT.external);
    expect(result.stderr).toMatch(/^error: cannot keep certificates: mkdir .*: permission denied\n$/);
    rmSync(project.path("cluster.yaml"));
  });
});

/** `pki init` where only it sees what was mounted. `$1` is the project's folder. */
function inMountNamespace(project: PkiProject, prepare: string, after = "true"): Promise<CliResult> {
  const namespace = process.getuid?.() === 0 ? "-m" : "-rm";
  const command = [process.execPath, ...CLI, "pki", "init"].map((word) => `'${word}'`).join(" ");
  const script = `${prepare} && cd "$1" && { ${command}; code=$?; ${after}; exit $code; }`;
  return startCaptured(
    ["unshare", namespace, "--propagation", "private", "/bin/sh", "-c", script, "sh", project.folder],
    {
      cwd: project.folder,
      env: { ...process.env, CLUSTER: "", TARGET: "" },
    },
  ).result;
}
