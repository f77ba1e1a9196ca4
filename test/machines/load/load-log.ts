import { closeSync, openSync, readSync } from "node:fs";
import type { LoadRecord } from "./records";

const CHUNK_BYTES = 64 * 1024;

/** The writer's log, which may still grow. */
export class LoadLog {
  private readonly read: LoadRecord[] = [];
  private offset = 0;
  private rest = Buffer.alloc(0);

  constructor(private readonly file: string) {}

  /** All that is there now. A last line without its end, of a writer that was ended in the middle of it, does not count. */
  records(): readonly LoadRecord[] {
    const lines = Buffer.concat([this.rest, this.added()]);
    const end = lines.lastIndexOf("\n") + 1;
    this.rest = lines.subarray(end);
    for (const line of lines.subarray(0, end).toString().split("\n")) {
      if (line !== "") this.read.push(this.parse(line));
    }
    return this.read;
  }

  private added(): Buffer {
    const chunks: Buffer[] = [];
    const file = openSync(this.file, "r");
    try {
      for (;;) {
        const chunk = Buffer.alloc(CHUNK_BYTES);
        const length = readSync(file, chunk, 0, CHUNK_BYTES, this.offset);
        if (length === 0) return Buffer.concat(chunks);
        this.offset += length;
        chunks.push(chunk.subarray(0, length));
      }
    } finally {
      closeSync(file);
    }
  }

  private parse(line: string): LoadRecord {
    try {
      return JSON.parse(line) as LoadRecord;
    } catch (error) {
      throw new Error(`${this.file} has a line that is no JSON: ${line}`, { cause: error });
    }
  }
}
