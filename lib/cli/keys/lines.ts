/** What etcdctl prints as `simple`: keys and values as the bytes they are. */
import type { KeyValue } from "../../client";

const NEWLINE = Buffer.from("\n");

/** A line each, whatever bytes are in it. */
export function lines(...all: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(all.flatMap((each) => [typeof each === "string" ? Buffer.from(each) : each, NEWLINE]));
}

export function keyValueLines({ key, value }: Pick<KeyValue, "key" | "value">): Buffer {
  return lines(key, value);
}
