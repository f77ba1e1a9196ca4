import type { Reading } from "../read-cluster";
import type { Attempt, LoadRecord, Refused, ResponseHeader } from "../records";
import { writesIn, type Write } from "../writes";
import { at, example } from "./words";

/** An answer of the cluster to a write, in the order in which they came. */
interface Answer {
  readonly attempt: Attempt;
  readonly header: ResponseHeader;
  readonly atMs: number;
  readonly isAcknowledged: boolean;
}

/** Whether all answers can be of one cluster with one history. */
export function problemsOfAnswers(records: readonly LoadRecord[], reading: Reading): string[] {
  const answers = answersIn(records);
  return [
    ...clusterIds(answers, reading),
    ...steps(records, answers),
    ...sharedRevisions(answers),
    ...brokenChains(records),
    ...olderThanAcknowledged(answers, reading),
  ];
}

function answersIn(records: readonly LoadRecord[]): Map<LoadRecord, Answer> {
  const attempts = new Map<number, Attempt>();
  const answers = new Map<LoadRecord, Answer>();
  for (const record of records) {
    if (record.type === "attempt") attempts.set(record.id, record);
    const header = headerIn(record);
    if (header === undefined || !("id" in record)) continue;
    const attempt = attempts.get(record.id);
    if (attempt === undefined)
      throw new Error(`the log has an outcome of write ${record.id}, but not the write`);
    const { atMs } = record;
    answers.set(record, { attempt, header, atMs, isAcknowledged: record.type === "acknowledged" });
  }
  return answers;
}

function headerIn(record: LoadRecord): ResponseHeader | undefined {
  if (record.type === "acknowledged") return record.header;
  return record.type === "refused" ? record.found?.header : undefined;
}

function clusterIds(answers: ReadonlyMap<LoadRecord, Answer>, { agreed, members }: Reading): string[] {
  const clusters = new Map<string, string>();
  const note = (id: string, where: string): void => {
    if (!clusters.has(id)) clusters.set(id, where);
  };
  for (const { header, attempt, atMs } of answers.values())
    note(header.clusterId, `${attempt.endpoint}, first at ${at(atMs)} with revision ${header.revision}`);
  for (const member of [agreed, ...members])
    if ("header" in member) note(member.header.clusterId, `${member.endpoint}, when its data were read`);
  if (clusters.size <= 1) return [];
  const list = [...clusters].map(([id, where]) => `${id} (${where})`);
  return [`answers came from ${clusters.size} clusters, so a new one was born: ${list.join("; ")}`];
}

/** A write that is sent when another has been acknowledged comes after it, whichever member is asked. */
function steps(records: readonly LoadRecord[], answers: ReadonlyMap<LoadRecord, Answer>): string[] {
  const [revisions, terms]: [string[], string[]] = [[], []];
  const highest = new Highest();
  const before = new Map<number, Marks>();
  for (const record of records) {
    if (record.type === "attempt") before.set(record.id, highest.marks);
    const answer = answers.get(record);
    if (answer === undefined) continue;
    const { revision, term } = before.get(answer.attempt.id) ?? {};
    const { header, isAcknowledged } = answer;
    // Only what is taken makes a revision of its own.
    const lowest = revision === undefined ? 0 : revision.header.revision + (isAcknowledged ? 1 : 0);
    if (revision !== undefined && header.revision < lowest)
      revisions.push(wentBack("revision", revision, revision.header.revision, answer, header.revision));
    if (term !== undefined && header.raftTerm < term.header.raftTerm)
      terms.push(wentBack("raft term", term, term.header.raftTerm, answer, header.raftTerm));
    if (isAcknowledged) highest.note(answer);
  }
  return [...example(revisions), ...example(terms)];
}

interface Marks {
  readonly revision?: Answer;
  readonly term?: Answer;
}

class Highest {
  marks: Marks = {};

  note(answer: Answer): void {
    const { revision, term } = this.marks;
    const { header } = answer;
    this.marks = {
      revision: revision === undefined || header.revision > revision.header.revision ? answer : revision,
      term: term === undefined || header.raftTerm > term.header.raftTerm ? answer : term,
    };
  }
}

function wentBack(what: string, earlier: Answer, from: number, later: Answer, to: number): string {
  return (
    `the ${what} went back: ${tell(earlier)} with ${what} ${from}; ${tell(later)}, ` +
    `although sent after that, with ${what} ${to}. These data do not continue those: the cluster was born anew, or ` +
    "went back to an older state"
  );
}

const tell = ({ attempt, atMs, isAcknowledged }: Answer): string =>
  `${attempt.key} was ${isAcknowledged ? "acknowledged" : "answered"} by ${attempt.endpoint} at ${at(atMs)}`;

/** Every write makes a revision of its own. */
function sharedRevisions(answers: ReadonlyMap<LoadRecord, Answer>): string[] {
  const taken = new Map<number, Answer>();
  const shared: string[] = [];
  for (const answer of answers.values()) {
    if (!answer.isAcknowledged) continue;
    const { revision } = answer.header;
    const other = taken.get(revision);
    if (other !== undefined)
      shared.push(
        `revision ${revision} was given twice, so there are two histories: ${tell(other)}, and ${tell(answer)}`,
      );
    else taken.set(revision, answer);
  }
  return example(shared);
}

/** A chain may go on from another link than the lane knew only if that one's outcome was unknown. */
function brokenChains(records: readonly LoadRecord[]): string[] {
  const writes = writesIn(records);
  const links = new Map(writes.map((write) => [write.attempt.value, write]));
  return example(
    writes.flatMap(({ attempt, outcome }) => {
      if (outcome?.type !== "refused" || outcome.found === undefined || attempt.counter === undefined)
        return [];
      return isExplained(attempt, outcome, links)
        ? []
        : [tellBroken(attempt, attempt.counter.after, outcome)];
    }),
  );
}

function isExplained(attempt: Attempt, { found }: Refused, links: ReadonlyMap<string, Write>): boolean {
  const link = found?.counter === undefined ? undefined : links.get(found.counter.value);
  const isKnown = link?.outcome?.type === "acknowledged" || link?.outcome?.type === "refused";
  return link !== undefined && !isKnown && link.attempt.counter?.key === attempt.counter?.key;
}

function tellBroken({ key, endpoint }: Attempt, after: number, { found, atMs }: Refused): string {
  const counter = found?.counter;
  const state =
    counter === undefined
      ? "its chain was not there at all"
      : `its chain was at revision ${counter.modRevision} ("${counter.value}")`;
  return (
    `${key} was to follow revision ${after}, but when it came to ${endpoint}, at ${at(atMs)}, ${state}, ` +
    "which no write of unknown outcome explains"
  );
}

function olderThanAcknowledged(answers: ReadonlyMap<LoadRecord, Answer>, { agreed }: Reading): string[] {
  const last = [...answers.values()]
    .filter(({ isAcknowledged }) => isAcknowledged)
    .reduce<Answer | undefined>(
      (highest, answer) =>
        highest === undefined || answer.header.revision > highest.header.revision ? answer : highest,
      undefined,
    );
  if (last === undefined || agreed.revision >= last.header.revision) return [];
  return [
    `the data are at revision ${agreed.revision}, which is before what was acknowledged: ${tell(last)} with revision ` +
      `${last.header.revision}`,
  ];
}
