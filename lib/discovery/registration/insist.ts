/**
 * The first success of `ask`, which is begun anew each time that it is silent for `everyMs`. A member passes some requests on to the
 * leader, and waits as long as it may for one that has frozen (LeaseRenew in
 * https://github.com/etcd-io/etcd/blob/v3.5.16/server/etcdserver/v3_server.go); asked again, it asks the new one.
 *
 * @param missed is told of every failure while more is under way
 * @throws what `ask` threw last, once none is under way
 */
export function insist<T>(
  ask: () => Promise<T>,
  { everyMs, missed }: { readonly everyMs: number; readonly missed: (error: unknown) => void },
): Promise<T> {
  return new Promise((resolve, reject) => {
    let pending = 0;
    let isOver = false;
    const over = (): void => {
      isOver = true;
      clearInterval(timer);
    };
    const fail = (error: Error): void => {
      over();
      reject(error);
    };
    const round = (): void => {
      pending += 1;
      ask().then(
        (value) => {
          over();
          resolve(value);
        },
        (error: unknown) => {
          pending -= 1;
          if (isOver) return;
          if (pending === 0) fail(error as Error);
          else missed(error);
        },
      );
    };
    const timer = setInterval(round, everyMs);
    round();
  });
}
