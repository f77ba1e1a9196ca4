import type { Target } from "../cluster";
import type { PlacedMistake } from "../schema-mistakes";
import type { ParsedDefinition } from "../schema";

/** Something that must hold between values that are right one by one. */
export interface Rule {
  /** Stable name; each rule has a failing example of this name in the tests. */
  readonly id: string;
  /**
   * Places without which the rule would speak nonsense, e.g. `members[].name`: a mistake at one of them, in it or around it
   * silences the rule. The place that the rule speaks about is no such need: what is wrong by itself there is said alone.
   */
  readonly needs?: readonly string[];
  /** Every place that breaks the rule. */
  check(definition: ParsedDefinition, target: Target): PlacedMistake[];
}

export function mistakeAt(path: readonly PropertyKey[], message: string, remedy?: string): PlacedMistake {
  return { path, atKey: false, message, remedy };
}

/** Every item that stands further up in the list too, with the first such place. */
export function repeated<T>(items: readonly T[]): { index: number; item: T; first: number }[] {
  return items.flatMap((item, index) => {
    const first = items.indexOf(item);
    return first < index ? [{ index, item, first }] : [];
  });
}
