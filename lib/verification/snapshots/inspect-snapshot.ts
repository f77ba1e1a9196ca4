import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { SnapshotFile } from "./newest-snapshot";

/**
 * `no-checksum`: the copy of a database file, which nothing vouches for. `unchecked`: looks right, but there was no time to read it
 * all.
 */
export type SnapshotState = "whole" | "broken" | "no-checksum" | "unchecked";

/** `etcdctl snapshot save` appends the sha256 of the database, whose size is a multiple of 512: etcdutl/snapshot/v3_snapshot.go. */
const CHECKSUM_BYTES = 32;
const SECTOR_BYTES = 512;
/** Of the first meta page, behind the 16 bytes of its page header: `magic` in bbolt's internal/common/types.go. */
const MAGIC = 0xed0cdaed;
const MAGIC_AT = 16;

/** Reads a snapshot, as much of it as the time allows. */
export async function inspectSnapshot(
  { path, sizeBytes }: SnapshotFile,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined },
): Promise<SnapshotState> {
  const rest = sizeBytes % SECTOR_BYTES;
  if (!(await isDatabase(path)) || (rest !== CHECKSUM_BYTES && rest !== 0)) return "broken";
  if (rest === 0) return "no-checksum";
  const hash = createHash("sha256");
  const deadline = AbortSignal.timeout(Math.max(0, timeoutMs));
  const stop = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  try {
    await pipeline(
      createReadStream(path, { end: sizeBytes - CHECKSUM_BYTES - 1, highWaterMark: 2 ** 20 }),
      hash,
      { signal: stop },
    );
  } catch (error) {
    if (stop.aborted) return "unchecked";
    throw error;
  }
  return hash.digest().equals(await readAt(path, sizeBytes - CHECKSUM_BYTES, CHECKSUM_BYTES))
    ? "whole"
    : "broken";
}

async function isDatabase(path: string): Promise<boolean> {
  const magic = await readAt(path, MAGIC_AT, 4);
  return magic.length === 4 && magic.readUInt32LE() === MAGIC;
}

async function readAt(path: string, position: number, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
