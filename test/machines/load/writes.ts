import type { Acknowledged, Attempt, LoadRecord, Outcome } from "./records";

/** A write and what became of it; nothing when the writer was ended before it knew. */
export interface Write {
  readonly attempt: Attempt;
  readonly outcome: Outcome | undefined;
}

export interface AcknowledgedWrite extends Write {
  readonly outcome: Acknowledged;
}

/** In the order in which they were sent. */
export function writesIn(records: readonly LoadRecord[]): Write[] {
  const outcomes = new Map<number, Outcome>();
  const attempts: Attempt[] = [];
  for (const record of records) {
    if (record.type === "attempt") attempts.push(record);
    else if ("id" in record) outcomes.set(record.id, record);
  }
  return attempts.map((attempt) => ({ attempt, outcome: outcomes.get(attempt.id) }));
}

export function isAcknowledged(write: Write): write is AcknowledgedWrite {
  return write.outcome?.type === "acknowledged";
}
