import { lazyRequire } from "../../lazy-require";
import type { World } from "../world";

/**
 * With 64 at a time a small cluster writes nearly as much as it can, and each takes 0.13 s at most; with 256 they take up to 0.4 s, so
 * that a healthy member would pass for a silent one (measured, etcd 3.4 and 3.5 on two cores).
 */
const AT_A_TIME = 64;

interface Slots {
  execute<T>(task: () => Promise<T>): Promise<T>;
}

const slotsOfWorlds = new WeakMap<World, Slots>();

/** Has a process with thousands of registrations write a few at a time. */
export async function withWriteSlot<T>(
  world: World,
  signal: AbortSignal,
  write: () => Promise<T>,
): Promise<T> {
  let slots = slotsOfWorlds.get(world);
  if (slots === undefined) {
    const { bulkhead } = lazyRequire("cockatiel") as typeof import("cockatiel");
    slots = bulkhead(AT_A_TIME, Infinity);
    slotsOfWorlds.set(world, slots);
  }
  return waitFor(slots, signal, write);
}

/** Who is still waiting for its turn when `signal` is aborted, waits no longer; what has begun ends by itself. */
function waitFor<T>(slots: Slots, signal: AbortSignal, write: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", giveUp, { once: true });
    const begin = (): Promise<T> => {
      signal.removeEventListener("abort", giveUp);
      signal.throwIfAborted();
      return write();
    };
    slots.execute(begin).then(resolve, reject);
  });
}
