import type { Ground } from "./ground";
import type { Outcome } from "./scene";

/** What was measured, in milliseconds. */
export interface Measured extends Partial<Outcome> {
  /** What was done, as a phrase. */
  readonly what: string;
  /** From the end of an instance until all watchers had told of it. */
  readonly knownMs?: number | undefined;
  /** From the deed, or the end of the fault, until it was registered again and all watchers had told. */
  readonly backMs?: number | undefined;
  /** How long the entry of somebody who was alive was not there; `undefined` if it always was. */
  readonly goneMs?: number | undefined;
  /** How long it took to change an entry, and to register and withdraw another one, from the beginning of the fault on. */
  readonly writtenMs?: number | undefined;
}

/** One thing that goes wrong, made for real and judged. */
export interface Scenario {
  readonly title: string;
  /** @default - on all releases */
  readonly onlyNewest?: boolean;
  readonly play: (ground: Ground) => Promise<readonly Measured[]>;
}
