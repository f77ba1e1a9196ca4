interface Waiter<T> {
  readonly isServedBy: (version: number) => boolean;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

/** Those who wait until a certain version of something stands in etcd. */
export class Waiters<T> {
  private readonly waiting = new Set<Waiter<T>>();

  add(isServedBy: (version: number) => boolean): { readonly promise: Promise<T>; leave(): void } {
    let leave = (): void => undefined;
    const promise = new Promise<T>((resolve, reject) => {
      const waiter = { isServedBy, resolve, reject };
      this.waiting.add(waiter);
      leave = () => {
        // Whoever still listens for an abort may go.
        if (this.waiting.delete(waiter)) reject(new Error("nobody waits any more"));
      };
    });
    return { promise, leave };
  }

  resolve(version: number, value: T): void {
    for (const waiter of this.waiting) {
      if (!waiter.isServedBy(version)) continue;
      this.waiting.delete(waiter);
      waiter.resolve(value);
    }
  }

  rejectAll(reason: Error): void {
    for (const waiter of this.waiting) waiter.reject(reason);
    this.waiting.clear();
  }
}
