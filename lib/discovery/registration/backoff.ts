import { lazyRequire } from "../../lazy-require";

/** First pauses shorter than an election, so that its end is noticed at once; then one attempt a second, whatever is wrong. */
const FIRST_MS = 50;
const LONGEST_MS = 1000;

/** Pauses between attempts that fail; each twice as long as the one before, give or take, so that many do not come all at once. */
export class Backoff {
  private steps: import("cockatiel").IBackoff<unknown> | undefined;

  nextMs(): number {
    this.steps = this.steps === undefined ? first() : this.steps.next(undefined);
    return this.steps.duration;
  }

  reset(): void {
    this.steps = undefined;
  }
}

function first(): import("cockatiel").IBackoff<unknown> {
  const { ExponentialBackoff, halfJitterGenerator } = lazyRequire("cockatiel") as typeof import("cockatiel");
  return new ExponentialBackoff({
    generator: halfJitterGenerator,
    initialDelay: FIRST_MS,
    maxDelay: LONGEST_MS,
  }).next();
}
