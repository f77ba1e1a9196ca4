import type { Reading } from "../read-cluster";
import type { LoadRecord } from "../records";
import { isAcknowledged, writesIn, type Write } from "../writes";
import { problemsOfAnswers } from "./answers";
import { problemsOfChains } from "./chains";
import { howLost } from "./how-lost";
import { appliedTwice, lostWrites, unexpectedKeys, type LostWrite, type UnexpectedKey } from "./keys";
import { problemsOfMembers } from "./members";
import { abridged } from "./words";

/** What the writer's log and the cluster's data say together. */
export interface Verdict {
  readonly acknowledged: number;
  /** Of which nobody can say whether they are to be there. */
  readonly unknown: number;
  readonly refused: number;
  /** Acknowledged and not there, or not as acknowledged. */
  readonly lost: readonly LostWrite[];
  /** There, and nobody wrote it, or the cluster had refused it. */
  readonly unexpected: readonly UnexpectedKey[];
  /** All that is wrong, the above included, in sentences; empty when nothing is. */
  readonly problems: readonly string[];
}

/**
 * Whether the cluster kept its word: every acknowledged write is there, once, as acknowledged; nothing else is; its answers fit one
 * history; and all members have the same.
 *
 * Pure. The log's order is the order of one process, so no clock is asked what came first.
 */
export function judge(records: readonly LoadRecord[], reading: Reading): Verdict {
  const writes = writesIn(records);
  const count = (type: NonNullable<Write["outcome"]>["type"]): number =>
    writes.filter(({ outcome }) => outcome?.type === type).length;
  const acknowledged = writes.filter(isAcknowledged);
  const lost = lostWrites(acknowledged, reading.agreed);
  const unexpected = unexpectedKeys(writes, reading.agreed);
  const messages = (found: readonly { readonly message: string }[]): string[] =>
    found.map(({ message }) => message);
  return {
    acknowledged: acknowledged.length,
    unknown: writes.length - acknowledged.length - count("refused"),
    refused: count("refused"),
    lost,
    unexpected,
    problems: [
      ...(acknowledged.length > 0 ? [] : ["no write was acknowledged, so nothing is proved"]),
      ...howLost(acknowledged, lost, reading.agreed),
      ...abridged(messages(lost), "lost writes"),
      ...abridged(messages(unexpected), "unexpected keys"),
      ...abridged(appliedTwice(writes, reading.agreed), "writes that were applied twice"),
      ...problemsOfChains(writes, reading.agreed),
      ...problemsOfAnswers(records, reading),
      ...problemsOfMembers(reading),
    ],
  };
}
