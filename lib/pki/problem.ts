/** What can be wrong with one file of a key pair. */
export type ProblemKind =
  /** Both of a pair. */
  | "absent"
  | "missing"
  | "unreadable"
  | "not-a-file"
  | "loose-mode"
  | "not-pem"
  | "no-ca"
  | "wrong-key"
  | "wrong-ca"
  | "wrong-usage"
  | "names"
  | "expired"
  | "not-yet-valid";

export interface Problem {
  readonly kind: ProblemKind;
  /** Relative to the project. */
  readonly file: string;
  /** Goes on where the file's name ends: `is missing`. */
  readonly says: string;
}

/** Those that only a person can settle: replacing such a file could destroy something that is not ours. */
const LEFT_TO_PEOPLE: readonly ProblemKind[] = ["unreadable", "not-a-file"];

export function isLeftToPeople({ kind }: Problem): boolean {
  return LEFT_TO_PEOPLE.includes(kind);
}

export function describe({ file, says }: Problem): string {
  return `${file} ${says}`;
}
