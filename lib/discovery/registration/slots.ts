import { lazyRequire } from "../../lazy-require";
import type { World } from "../world";

/**
 * With 64 at a time a small cluster writes nearly as much as it can, and each takes 0.13 s at most; with 256 they take up to 0.4 s, so
 * that a healthy member would pass for a silent one (measured, etcd 3.4 and 3.5 on two cores).
 */
const AT_A_TIME = 64;

interface Bulkhead {
  execute<T>(task: () => Promise<T>): Promise<T>;
}

/**
 * Has a process with thousands of registrations ask for a few things at a time. What was late would be asked for once more, and of more
 * members, so that a cluster with too much to do would get more still.
 */
class Slots {
  private readonly ofWorlds = new WeakMap<World, Bulkhead>();

  /** @throws the signal's reason, if it is aborted before the turn has come */
  take<T>(world: World, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(signal.reason as Error);
      signal.addEventListener("abort", giveUp, { once: true });
      // What has begun ends by itself.
      const begin = (): Promise<T> => {
        signal.removeEventListener("abort", giveUp);
        signal.throwIfAborted();
        return task();
      };
      this.of(world).execute(begin).then(resolve, reject);
    });
  }

  private of(world: World): Bulkhead {
    const existing = this.ofWorlds.get(world);
    if (existing !== undefined) return existing;
    const { bulkhead } = lazyRequire("cockatiel") as typeof import("cockatiel");
    const made = bulkhead(AT_A_TIME, Infinity);
    this.ofWorlds.set(world, made);
    return made;
  }
}

export const writeSlots = new Slots();

/** Of their own: a lease that has to be renewed cannot wait until thousands of entries are written. */
export const checkSlots = new Slots();
