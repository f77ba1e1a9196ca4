import { readdirSync, readlinkSync } from "node:fs";

/** Processes that have a file open, whatever their namespace. */
export function processesWith(file: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => openFiles(pid).includes(file))
    .map(Number);
}

function openFiles(pid: string): string[] {
  const folder = `/proc/${pid}/fd`;
  return unlessGone(() => readdirSync(folder), []).map((fd) =>
    unlessGone(() => readlinkSync(`${folder}/${fd}`), ""),
  );
}

/** Processes come and go while they are looked at. */
function unlessGone<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
