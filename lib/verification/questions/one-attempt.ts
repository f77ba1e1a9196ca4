import type { IPolicy } from "cockatiel";

/**
 * How etcd3 is to treat a call that failed: once is enough, and the other calls are not its business. By itself it closes all
 * connections to a member after errors that it takes for a fault of the network (`withConnection` in its connection-pool.ts), and
 * calls that are about to begin there then fail with `Channel closed before call started`: one refused question would make others fail.
 *
 * @param noop cockatiel's, which is loaded late
 */
export function oneAttempt(noop: IPolicy): IPolicy {
  return {
    _altReturn: noop._altReturn,
    onSuccess: noop.onSuccess,
    onFailure: noop.onFailure,
    execute: async (call, signal) => {
      try {
        return await noop.execute(call, signal);
      } catch (error) {
        throw new FailedCall(error);
      }
    },
  };
}

/** Says the same, but is none of the errors after which etcd3 closes connections. */
class FailedCall extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
