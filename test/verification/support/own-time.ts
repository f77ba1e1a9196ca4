const tickMs = 10;
/** A tick that comes later than this was kept waiting by other processes, unless this one computed meanwhile. */
const latestTickMs = 2 * tickMs;

export interface OwnTime<T> {
  readonly result: T;
  /** What it took, without the time in which this process waited for a processor. */
  readonly ownMs: number;
}

/**
 * A bound is a promise of how long is waited for others, and computed. On a machine that has more to do than it has processors a process
 * also waits for its turn, which no program can bound; that is left out, and whatever it computes itself is not.
 */
export async function inOwnTime<T>(work: () => Promise<T>): Promise<OwnTime<T>> {
  let ownMs = 0;
  let last = performance.now();
  let before = process.cpuUsage();
  const tick = (): void => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    ownMs += Math.min(now - last, Math.max(latestTickMs, (user + system) / 1000));
    last = now;
  };
  const timer = setInterval(tick, tickMs);
  try {
    const result = await work();
    tick();
    return { result, ownMs };
  } finally {
    clearInterval(timer);
  }
}
