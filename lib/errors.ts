/**
 * The kinds of failure this package tells apart. Every one of them is shown to a person as its message alone;
 * any other error is our own bug and is shown with its stack.
 */

/** Base of every failure that is not our bug. */
export abstract class CdktfEtcdError extends Error {
  /** Stable, for programs: never reworded. */
  abstract readonly code: string;
  /** What the reader should do now, as a sentence. */
  readonly remedy: string | undefined;

  constructor(message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.remedy = options.remedy;
  }
}

/** One mistake in a cluster definition or on the command line. */
export interface Mistake {
  /** Path inside the definition, e.g. `etcd.settings.heartbeatIntervalMs`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong, what was got and what is allowed: one sentence without a final period. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string | undefined;
  /** Where it stands; absent for typed props. */
  readonly file?: string | undefined;
  /** 1-based. */
  readonly line?: number | undefined;
  /** 1-based. */
  readonly column?: number | undefined;
}

/** The user asked for something that cannot be: all mistakes at once. */
export class DefinitionError extends CdktfEtcdError {
  readonly code = "ERR_DEFINITION";
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(formatMistakes(mistakes));
    this.mistakes = mistakes;
  }
}

/** A command line that cannot be carried out as it was typed. */
export class UsageError extends CdktfEtcdError {
  readonly code = "ERR_USAGE";
}

/** Something outside this program failed: a download, a process, a port, a disk. */
export class ExternalError extends CdktfEtcdError {
  readonly code = "ERR_EXTERNAL";
}

/** One line per mistake, `file:line:column` first, so that editors and CI can jump to it. */
export function formatMistakes(mistakes: readonly Mistake[]): string {
  return mistakes
    .map((mistake) => {
      const place = [mistake.file, mistake.line, mistake.column]
        .filter((part) => part !== undefined)
        .join(":");
      const head = [place, mistake.path].filter((part) => part !== "").join(" ");
      const remedy = mistake.remedy === undefined ? "" : `\n    ${mistake.remedy}`;
      return `${head === "" ? "" : `${head}: `}${mistake.message}${remedy}`;
    })
    .join("\n");
}
