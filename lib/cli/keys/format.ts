import { oneOf } from "../one-of";

/** etcdctl's names for them. */
export type KeysFormat = "simple" | "json";

export interface FormatOptions {
  readonly output: string;
}

/** @throws UsageError */
export function formatOf({ output }: FormatOptions): KeysFormat {
  return oneOf("--output", output, ["simple", "json"] as const);
}
