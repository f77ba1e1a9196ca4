import type { Change } from "./changes";

type Result<M> = IteratorResult<Change<M>, undefined>;

const end = { done: true, value: undefined } as const;

/**
 * What one reader has not read yet. Keeps everything, as leaving something out would be a loss. A generator would not do: asked to
 * return, it first waits for the next change.
 */
export class ChangeQueue<M> implements AsyncIterableIterator<Change<M>> {
  private unread: Change<M>[] = [];
  private readCount = 0;
  private readonly readers: ((result: Result<M>) => void)[] = [];
  private isEnded = false;

  /** @param left is called when the reader has gone */
  constructor(private readonly left: (queue: ChangeQueue<M>) => void) {}

  push(change: Change<M>): void {
    const reader = this.readers.shift();
    if (reader === undefined) this.unread.push(change);
    else reader({ done: false, value: change });
  }

  /** Nothing more comes; what is there can still be read. */
  end(): void {
    this.isEnded = true;
    for (const reader of this.readers.splice(0)) reader(end);
  }

  next(): Promise<Result<M>> {
    const change = this.unread[this.readCount];
    if (change !== undefined) {
      this.readCount += 1;
      // Taking every change off the front would move all others each time.
      if (this.readCount * 2 > this.unread.length) {
        this.unread = this.unread.slice(this.readCount);
        this.readCount = 0;
      }
      return Promise.resolve({ done: false, value: change });
    }
    if (this.isEnded) return Promise.resolve(end);
    return new Promise((resolve) => this.readers.push(resolve));
  }

  return(): Promise<Result<M>> {
    this.unread = [];
    this.readCount = 0;
    this.end();
    this.left(this);
    return Promise.resolve(end);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
