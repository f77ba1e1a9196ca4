import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { labProblem } from "./requirements";
import { imageName, removeUnused, rootFileSystem } from "./root-file-system";

const RUN = join(__dirname, "..", "..", "..", "bin", "run.js");
const BUILD = join(__dirname, "support", "build-image.ts");

const WAIT = { timeout: 180_000, interval: 50 };
const HOUR_S = 60 * 60;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "root-file-system-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Builder {
  readonly child: ChildProcess;
  stderr: string;
}

/** Another process that builds the image in the folder of this test. */
function builder(): Builder {
  const child = spawn(process.execPath, [RUN, BUILD, folder], { stdio: ["ignore", "ignore", "pipe"] });
  const result: Builder = { child, stderr: "" };
  child.stderr.setEncoding("utf8").on("data", (text: string) => (result.stderr += text));
  onTestFinished(() => void child.kill("SIGKILL"));
  return result;
}

async function end({ child }: Builder, signal: NodeJS.Signals): Promise<void> {
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
}

/** Processes that have to do with the folder of this test: id -> command line. */
function processes(): Map<string, string> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const lines = pids.map((pid) => [pid, commandLine(pid)] as const);
  return new Map(lines.filter(([, line]) => line.includes(folder)));
}

function pidsOf(program: string): string[] {
  return [...processes()].filter(([, line]) => line.startsWith(`${program} `)).map(([pid]) => pid);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    // It has ended meanwhile.
    return "";
  }
}

describe.skipIf(labProblem() !== undefined)("building the root file system", { timeout: 400_000 }, () => {
  test("that is interrupted leaves no image and no process, and the next one begins anew", async () => {
    const first = builder();
    await vi.waitFor(() => expect(readdirSync(join(folder, "unfinished", "root"))).toContain("usr"), WAIT);
    const [container, ...more] = pidsOf("unshare");
    expect(more).toEqual([]);

    const second = builder();
    await vi.waitFor(() => expect(pidsOf("flock")).toHaveLength(2), WAIT);
    expect(second.stderr).toBe("");
    await end(first, "SIGKILL");
    await vi.waitFor(
      () => expect(pidsOf("unshare")).toEqual([expect.not.stringMatching(`^${container}$`)]),
      WAIT,
    );
    expect(second.stderr).toMatch(/^building the root file system/);

    await end(second, "SIGINT");
    await vi.waitFor(() => expect([...processes().values()]).toEqual([]), WAIT);
    expect(readdirSync(folder).filter((name) => name.startsWith("trixie-"))).toEqual([]);
    expect(readFileSync("/proc/mounts", "utf8")).not.toContain(folder);
  });

  test("shows what mmdebstrap said when the mirror cannot be reached", async () => {
    const aptFolder = join(folder, "apt");
    await mkdir(aptFolder);
    await writeFile(join(aptFolder, "sources.list"), "deb http://127.0.0.1:9/debian stable main\n");
    const build = rootFileSystem({ cacheFolder: join(folder, "cache"), aptFolder });
    await expect(build).rejects.toThrow(/could not be built[^]*exit code[^]*127\.0\.0\.1:9/);
    expect(readdirSync(join(folder, "cache"))).toEqual(["image.lock"]);
  });

  test("is refused clearly where apt has no Debian mirror", async () => {
    const build = rootFileSystem({ cacheFolder: join(folder, "cache"), aptFolder: join(folder, "none") });
    await expect(build).rejects.toThrow("apt on this machine has no Debian mirror configured");
  });
});

test("another recipe is another image", async () => {
  const recipe = join(folder, "recipe");
  const names = new Set<string>();
  for (const text of ["one", "two", "one"]) {
    await writeFile(recipe, text);
    names.add(await imageName([recipe]));
  }
  expect([...names]).toEqual([expect.stringMatching(/^trixie-[0-9a-f]{12}$/), expect.any(String)]);
});

test("an image that nobody has asked for since yesterday goes when a new one comes", async () => {
  const ages = { "trixie-new": 100, "trixie-recent": 23, "trixie-old": 25, "other-old": 100 };
  for (const [name, hours] of Object.entries(ages)) {
    await mkdir(join(folder, name, "root"), { recursive: true });
    const then = Date.now() / 1000 - hours * HOUR_S;
    await utimes(join(folder, name), then, then);
  }
  await removeUnused(folder, "trixie-new");
  expect(readdirSync(folder).sort()).toEqual(["other-old", "trixie-new", "trixie-recent"]);
});
