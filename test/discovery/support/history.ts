import { prefixRange, type Member, type Members, type WatchEvent } from "../../../lib/client";
import type { Change } from "../../../lib/discovery/watching/changes";

/** What etcd itself says has happened below a prefix, from the first revision on: nothing of discovery takes part. */
export async function historyOf(members: Members, prefix: string): Promise<string[]> {
  const { member, value } = await members.hedged(
    async (each: Member) =>
      each.call((etcd, options) => etcd.kv.range({ key: Buffer.from(prefix) }, options)),
    { hedgeAfterMs: 300 },
  );
  const until = BigInt(value.header.revision);
  const events: WatchEvent[] = [];
  await new Promise<void>((resolve, reject) => {
    const opening = member.watch({
      reply: (reply) => {
        events.push(...reply.events);
        // A last event of our own would be part of the history: instead, nothing more comes for a while.
        clearTimeout(quiet);
        quiet = setTimeout(done, 500);
      },
      ended: (problem) => (problem === undefined ? undefined : reject(problem)),
    });
    let quiet: NodeJS.Timeout | undefined;
    const done = (): void => {
      void opening.then((watch) => {
        watch.close();
        resolve();
      });
    };
    opening.then((watch) => watch.create({ ...prefixRange(prefix), watchId: 1, startRevision: 1n }), reject);
  });
  const living = new Set<string>();
  return events
    .filter(({ kv }) => kv.modRevision <= until)
    .map(({ type, kv }) => {
      const key = kv.key.toString();
      const happened = type === "delete" ? "removed" : living.has(key) ? "changed" : "added";
      if (type === "delete") living.delete(key);
      else living.add(key);
      return `${kv.modRevision} ${happened} ${key}`;
    });
}

/** A change in the words of {@link historyOf}. */
export function inWords({ revision, type, instance }: Change): string {
  return `${revision} ${type} ${instance.key}`;
}
