import { UsageError } from "../errors";

/** Has several things looked at, so that all that is wrong with them can be said at once. */
export class AllMistakes {
  private readonly found: UsageError[] = [];

  /** @returns `undefined` if there is a mistake */
  in<T>(look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.found.push(error);
      return undefined;
    }
  }

  /** @throws UsageError if there was any */
  demandNone(): void {
    if (this.found.length === 0) return;
    const remedies = this.found.flatMap(({ remedy }) => remedy ?? []);
    throw new UsageError(this.found.map(({ message }) => message).join("; "), {
      ...(remedies.length > 0 ? { remedy: remedies.join(" ") } : {}),
    });
  }
}
