import type { Picker } from "./picker";

export interface RandomOptions {
  /** From 0 up to, but without, 1. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Any of them: what many clients do best that know nothing of each other. */
export function random({ random: next = Math.random }: RandomOptions = {}): Picker {
  return {
    pick: (instances) => instances[Math.floor(next() * instances.length)],
    report: () => undefined,
  };
}
