/** A wait that another may end. To be woken while awake cuts the next one short. */
export class Nap {
  private isWoken = false;
  private end: (() => void) | undefined;

  wake(): void {
    this.isWoken = true;
    this.end?.();
  }

  async take(ms: number): Promise<void> {
    if (!this.isWoken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.end = undefined;
    this.isWoken = false;
  }
}
