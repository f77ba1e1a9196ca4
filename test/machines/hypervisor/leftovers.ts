import { existsSync } from "node:fs";
import { runProgram } from "../../../lib/local/run-program";
import { controlGroupName } from "./world";

/** What is still there of a world, in words: for tests that want nothing to be. */
export async function leftovers(initPid: number): Promise<string[]> {
  const groups = await runProgram("unshare", [
    ...["--mount", "--propagation", "private", "/bin/sh", "-euc"],
    'mount -t cgroup2 cgroup2 /sys/fs/cgroup; ls -d "/sys/fs/cgroup/$1" 2>/dev/null || true',
    ...["sh", controlGroupName(initPid)],
  ]);
  const loops = await runProgram("losetup", ["--list", "--noheadings", "--output", "NAME,BACK-FILE"]);
  return [
    ...groups.stdout.split("\n").filter((line) => line !== ""),
    ...loops.stdout.split("\n").filter((line) => line.includes(`/${controlGroupName(initPid)}/`)),
    ...(existsSync(`/proc/${initPid}`) ? [`process ${initPid}`] : []),
  ];
}
