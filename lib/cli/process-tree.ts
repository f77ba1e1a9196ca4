import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

export interface TreeProcess {
  readonly pid: number;
  /** Name of the program, at most 15 characters on Linux. */
  readonly name: string;
}

/** A process and all below it that live; those that only wait for their parent to notice their end are not among them. */
export function processTree(root: number): TreeProcess[] {
  const all = (existsSync("/proc/self/stat") ? fromProc() : fromPs()).filter(
    ({ state }) => !state.startsWith("Z"),
  );
  const tree = all.filter(({ pid }) => pid === root);
  for (let level: readonly FoundProcess[] = tree; level.length > 0;) {
    const parents = level.map(({ pid }) => pid);
    level = all.filter(({ parent }) => parents.includes(parent));
    tree.push(...level);
  }
  return tree.map(({ pid, name }) => ({ pid, name }));
}

interface FoundProcess extends TreeProcess {
  readonly parent: number;
  readonly state: string;
}

/** Not every Linux has ps. */
function fromProc(): FoundProcess[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      // The name may hold spaces and parentheses: proc_pid_stat(5).
      const match = /^(\d+) \((.*)\) (\S) (\d+) /s.exec(statOf(entry));
      return match === null
        ? []
        : [{ pid: Number(match[1]), name: match[2] ?? "", state: match[3] ?? "", parent: Number(match[4]) }];
    });
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return "";
  }
}

function fromPs(): FoundProcess[] {
  return execFileSync("ps", ["-axo", "pid=,ppid=,stat=,comm="], { encoding: "utf8" })
    .split("\n")
    .flatMap((line) => {
      const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(?:.*\/)?([^/]+)$/.exec(line);
      return match === null
        ? []
        : [{ pid: Number(match[1]), parent: Number(match[2]), state: match[3] ?? "", name: match[4] ?? "" }];
    });
}
