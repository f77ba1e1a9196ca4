import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runProgram } from "../../lib/local/run-program";

/** In the environment of whatever this run starts, and of no other run on the same machine. */
const MARK = "CDKTF_ETCD_TEST_RUN";
/** Programs that are also started with an environment of their own, and then may be nobody's child any more. */
const OURS = new Set(["systemd-nspawn", "dnsmasq", "etcd", "terraform", "unshare", "nsenter"]);
/** Ends of processes, mounts and devices that are under way when the last test is over. */
const TIMEOUT_MS = 30_000;

interface FoundProcess {
  readonly parent: string;
  /** Words, separated by blanks; empty once it has ended. */
  readonly words: string;
  readonly environment: string;
}

/**
 * Processes, mounts, loop devices and control groups that are there and could be a test's. A namespace is there as long as one of its
 * processes or a mount of it (nsfs).
 */
async function present(mark: string): Promise<Set<string>> {
  const found = new Set<string>();
  const all = processes();
  for (const [pid, { words, environment, parent }] of all) {
    // What the main process starts itself are the tests' workers, with which vitest does as it likes.
    if (words === "" || parent === String(process.pid)) continue;
    const isOfSomeRun = environment.includes("VITEST=");
    const isOurs = OURS.has(basename(words.split(" ")[0] ?? "")) && !isOfSomeRun;
    if (isOurs || isMarked(pid, all, mark)) found.add(`process ${pid}: ${words}`);
  }
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  for (const mount of mounts.filter((line) => line.includes("cdktf-etcd") || line.startsWith("nsfs ")))
    found.add(`mount ${mount}`);
  const loops = await runProgram("losetup", ["--list", "--noheadings", "--output", "NAME,BACK-FILE"]);
  for (const loop of loops.stdout.split("\n")) if (loop !== "") found.add(`loop device ${loop}`);
  const list = "mount -t cgroup2 cgroup2 /sys/fs/cgroup; find /sys/fs/cgroup -name 'cdktf-etcd-*' -type d";
  const groups = await runProgram("unshare", ["--mount", "--propagation", "private", "sh", "-euc", list]);
  for (const group of groups.stdout.split("\n")) if (group !== "") found.add(`control group ${group}`);
  return found;
}

/** By itself, or by who started it: a machine's processes have its environment. */
function isMarked(pid: string, all: ReadonlyMap<string, FoundProcess>, mark: string): boolean {
  for (let found = all.get(pid); found !== undefined; found = all.get(found.parent))
    if (found.environment.includes(`${MARK}=${mark}`)) return true;
  return false;
}

function processes(): Map<string, FoundProcess> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.map((pid) => {
      // The name before it may hold blanks and parentheses: proc_pid_stat(5).
      const [, parent = ""] = /^.*\) \S (\d+) /s.exec(readProcess(pid, "stat")) ?? [];
      return [pid, { parent, words: readProcess(pid, "cmdline"), environment: readProcess(pid, "environ") }];
    }),
  );
}

/** With blanks for what separates words; nothing of a process that has ended. */
function readProcess(pid: string, file: "cmdline" | "environ" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

/**
 * To be called before the first test; what it gives, after the last one.
 * @throws Error that lists what is there then and was not before
 */
export async function watchForLeftovers(timeoutMs = TIMEOUT_MS): Promise<() => Promise<void>> {
  const mark = randomUUID();
  process.env[MARK] = mark;
  const before = await present(mark);
  return async () => {
    const until = Date.now() + timeoutMs;
    let left: string[];
    do {
      left = [...(await present(mark))].filter((item) => !before.has(item));
      if (left.length === 0) return;
      await sleep(500);
    } while (Date.now() < until);
    // vitest prints what goes wrong at its end, and is content.
    process.exitCode = 1;
    throw new Error(`the tests left behind:\n${left.join("\n")}`);
  };
}
