import type { Snapshot } from "../read-cluster";
import type { AcknowledgedWrite } from "../writes";
import { byKey, type LostWrite } from "./keys";
import { at } from "./words";

/** Says in one sentence what the missing keys have in common, if they are a whole stretch of a history that another one replaced. */
export function howLost(
  acknowledged: readonly AcknowledgedWrite[],
  lost: readonly LostWrite[],
  { kvs, revision: lastRevision }: Snapshot,
): string[] {
  const found = byKey(kvs);
  const gone = lost.filter(({ key }) => !found.has(key));
  const last = gone.at(-1);
  if (last === undefined) return [];
  const revisions = gone.map(({ revision }) => revision);
  const isGone = new Set(gone.map(({ key }) => key));
  const kept = acknowledged.filter(({ attempt }) => !isGone.has(attempt.key));
  const [before, since] = [
    kept.filter(({ outcome }) => outcome.atMs <= last.atMs),
    kept.filter(({ outcome }) => outcome.atMs > last.atMs),
  ];
  const isReplaced = Math.min(lastRevision, ...since.map(revisionOf)) <= Math.max(...revisions);
  if (!isReplaced) return [];
  const many = gone.length === 1 ? "the one write" : `all ${gone.length} writes`;
  if (before.length === 0)
    return [
      `the cluster was born anew, empty: ${many} acknowledged up to ${at(last.atMs)} are gone, without exception`,
    ];
  const first = Math.min(...revisions);
  if (before.every((write) => revisionOf(write) < first))
    return [
      `the cluster went back to an older state of its data, of before revision ${first}: ${many} ` +
        `acknowledged from there up to ${at(last.atMs)} are gone, and everything before is there`,
    ];
  return [];
}

const revisionOf = ({ outcome }: AcknowledgedWrite): number => outcome.header.revision;
