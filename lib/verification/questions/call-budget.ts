/** A member that answered its first question answers the next ones at once, or something is wrong with it. */
const LATER_CALL_MS = 800;

/**
 * How long a call may take: the whole time for the first ones. While a member stays silent, so much less for those that follow them that
 * a round of questions ends within one deadline and a second, however many members are dead or frozen.
 */
export class CallBudget {
  private beganAt = performance.now();
  private hasSilence = true;

  constructor(readonly callTimeoutMs: number) {}

  /** A new round of questions begins. */
  begin(): void {
    this.beganAt = performance.now();
    this.hasSilence = true;
  }

  /** All members have answered: what is slow from now on is the work, and nobody waits for a dead one. */
  everybodyAnswered(): void {
    this.hasSilence = false;
  }

  /** When the last call has to end, as `performance.now()` counts, while a member is silent or may be; nobody waits otherwise. */
  endsAt(): number | undefined {
    return this.hasSilence ? this.beganAt + this.callTimeoutMs + LATER_CALL_MS : undefined;
  }

  /** The longest a call that begins now may take. */
  leftMs(): number {
    const endsAt = this.endsAt();
    if (endsAt === undefined) return this.callTimeoutMs;
    const left = endsAt - performance.now();
    return Math.min(this.callTimeoutMs, Math.max(left, LATER_CALL_MS));
  }
}
