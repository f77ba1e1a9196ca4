import { once } from "node:events";

/** Writes to standard output no faster than it is read. What nobody reads any more (`| head`) is dropped. */
export async function print(...parts: readonly (Buffer | string)[]): Promise<void> {
  const { stdout } = process;
  const bytes = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  if (stdout.write(bytes) || stdout.destroyed) return;
  const settled = new AbortController();
  const { signal } = settled;
  // A pipe that breaks drains never.
  const all = ["drain", "close"].map((event) => once(stdout, event, { signal }));
  await Promise.race(all).catch(() => undefined);
  settled.abort();
  await Promise.allSettled(all);
}

/** Whether anybody is there to read what is printed. */
export function isRead(): boolean {
  return !process.stdout.destroyed;
}
