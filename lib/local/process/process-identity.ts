import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

/**
 * When a process started, as a text that no other process with the same pid ever has: the kernel reuses pids, so a pid
 * alone must never be sent a signal. Undefined when no such process runs (one that is only waiting to be reaped does not run).
 */
export function startTimeOf(pid: number): string | undefined {
  return process.platform === "linux" ? startTimeFromProc(pid) : startTimeFromPs(pid);
}

function startTimeFromProc(pid: number): string | undefined {
  const stat = readOrUndefined(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // proc_pid_stat(5): the command in field 2 may hold spaces and parentheses, so count from the last ")".
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  if (state === "Z" || state === "X") return undefined;
  // Field 22 counts ticks since boot, so it needs the boot to be unique.
  const boot = readOrUndefined("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return `${boot}/${fields[19]}`;
}

function startTimeFromPs(pid: number): string | undefined {
  const result = spawnSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  const match = /^\s*(\S+)\s+(.+?)\s*$/.exec(result.stdout);
  return match === null || match[1]!.startsWith("Z") ? undefined : match[2];
}

/** The command line of a process as far as this user may see it. */
export function commandOf(pid: number): string | undefined {
  const line = readOrUndefined(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ").trim();
  if (line) return line.length > 120 ? `${line.slice(0, 117)}...` : line;
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
