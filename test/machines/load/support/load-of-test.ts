import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { WriteLoad, type WriteLoadOptions } from "../write-load";

/** Path of a log in a folder that is removed with the test. */
export function logFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-etcd-load-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "load.jsonl");
}

/** A load that ends with the test. */
export async function startLoad(options: Omit<WriteLoadOptions, "file">): Promise<WriteLoad> {
  const load = await WriteLoad.start({ ...options, file: logFile() });
  onTestFinished(() => load.kill());
  return load;
}
