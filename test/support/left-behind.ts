import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runProgram } from "../../lib/local/run-program";

/** Programs that tests start; what only looks at things is not among them. */
const OURS = new Set([
  "systemd-nspawn",
  "dnsmasq",
  "etcd",
  "terraform",
  "unshare",
  "nsenter",
  "python3",
  "sleep",
]);
/** Programs that anybody runs: those of tests have in their environment what vitest puts there. */
const ANYBODYS = new Set(["python3", "sleep"]);
/** Ends of processes, mounts and devices that are under way when the last test is over. */
const TIMEOUT_MS = 30_000;

/** Processes, loop devices, mounts and control groups that are there and could be a test's. */
async function present(): Promise<Set<string>> {
  const found = new Set<string>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const words = readProcess(pid, "cmdline");
    const program = basename(words.split(" ")[0] ?? "");
    const isOfTests = !ANYBODYS.has(program) || readProcess(pid, "environ").includes("VITEST=");
    if (OURS.has(program) && isOfTests) found.add(`process ${pid}: ${words}`);
  }
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  for (const mount of mounts.filter((line) => line.includes("cdktf-etcd"))) found.add(`mount ${mount}`);
  const loops = await runProgram("losetup", ["--list", "--noheadings", "--output", "NAME,BACK-FILE"]);
  for (const loop of loops.stdout.split("\n")) if (loop !== "") found.add(`loop device ${loop}`);
  const list = "mount -t cgroup2 cgroup2 /sys/fs/cgroup; find /sys/fs/cgroup -name 'cdktf-etcd-*' -type d";
  const groups = await runProgram("unshare", ["--mount", "--propagation", "private", "sh", "-euc", list]);
  for (const group of groups.stdout.split("\n")) if (group !== "") found.add(`control group ${group}`);
  return found;
}

/** Words as they are, separated by blanks; nothing of a process that has ended. */
function readProcess(pid: string, file: "cmdline" | "environ"): string {
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
export async function watchForLeftovers(): Promise<() => Promise<void>> {
  const before = await present();
  return async () => {
    const until = Date.now() + TIMEOUT_MS;
    let left: string[];
    do {
      left = [...(await present())].filter((item) => !before.has(item));
      if (left.length === 0) return;
      await sleep(500);
    } while (Date.now() < until);
    throw new Error(`the tests left behind:\n${left.join("\n")}`);
  };
}
