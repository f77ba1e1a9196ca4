/** A member that answered its first question answers the next ones at once, or something is wrong with it. */
const LATER_CALL_MS = 800;

/**
 * How long a call may take: the whole time for the first ones, and so much less for those that follow them that a round of questions
 * ends within one deadline and a second, however many members are dead or frozen.
 */
export class CallBudget {
  private beganAt = performance.now();

  constructor(readonly callTimeoutMs: number) {}

  /** A new round of questions begins. */
  begin(): void {
    this.beganAt = performance.now();
  }

  /** The longest a call that begins now may take. */
  leftMs(): number {
    const left = this.beganAt + this.callTimeoutMs + LATER_CALL_MS - performance.now();
    return Math.min(this.callTimeoutMs, Math.max(left, LATER_CALL_MS));
  }
}
