import type { Look } from "./examine";

export interface PkiOptions {
  /** Folder that holds `pki/`. @default - the current one */
  readonly projectDir?: string | undefined;
  /** What counts as today. @default - the clock's */
  readonly now?: Date | undefined;
}

/** One file pair that was looked at, and what became of it. */
export interface PkiStep {
  /** `closed`: the key was taken from others than its owner, and nothing else was wrong. */
  readonly kind: "made" | "kept" | "reissued" | "closed";
  /** Its certificate, relative to the project. */
  readonly certFile: string;
  /** Why it was not kept; undefined for what was kept or asked for. */
  readonly reason: string | undefined;
  readonly endsAt: Date;
}

export interface PkiWriteOptions extends PkiOptions {
  /** Takes each step as it is done. */
  readonly onStep?: ((step: PkiStep) => void) | undefined;
  /** Ends the work between two certificates. */
  readonly signal?: AbortSignal | undefined;
}

export function lookOf({ projectDir = process.cwd(), now = new Date() }: PkiOptions): Look {
  return { projectDir, now };
}
