import { setTimeout as sleep } from "node:timers/promises";

/** Settles like `promise`, unless `ms` pass before; then it fails with `error()`. */
export async function withDeadline<T>(promise: Promise<T>, ms: number, error: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(error()), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Fails with the signal's reason as soon as it is aborted; `promise` runs on, with nobody listening. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) {
    return promise;
  }
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort !== undefined) {
      signal.removeEventListener("abort", onAbort);
    }
  }
}

/** Waits, but not beyond an abort; says whether the caller may go on. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (ms > 0) {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
  return signal?.aborted !== true;
}
