import { setTimeout as sleep } from "node:timers/promises";
import type { Etcd3, IRangeRequest, IRangeResponse } from "etcd3";
import { connect, headerOf, keyValueOf, type ConnectionOptions } from "./etcd-connection";
import type { KeyValue, ResponseHeader } from "./records";

/** Keys per request: far below what gRPC takes in one message (4 MiB). */
const PAGE = 200;
const RETRY_MS = 100;

export interface ReadOptions extends ConnectionOptions {
  readonly prefix: string;
  readonly endpoints: readonly string[];
  /** For the whole: members may be starting, or have to catch up. */
  readonly timeoutMs: number;
}

/** All keys of a load at one revision. */
export interface Snapshot {
  readonly endpoint: string;
  readonly header: ResponseHeader;
  /** At which all pages were read. */
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
}

/** What one member has, or why it could not be read. */
export type MemberReading = Snapshot | { readonly endpoint: string; readonly failure: string };

export interface Reading {
  /** What a quorum agreed on when it was read. */
  readonly agreed: Snapshot;
  /** What each member has by itself at the same revision. */
  readonly members: readonly MemberReading[];
}

/** @throws Error with what each endpoint said last when none gives a linearizable read in time */
export async function readCluster(options: ReadOptions): Promise<Reading> {
  const untilMs = Date.now() + options.timeoutMs;
  const members = options.endpoints.map((endpoint) => ({ endpoint, etcd: connect(endpoint, options) }));
  const agreed = await readAgreed(members, options.prefix, untilMs);
  const readings = members.map((member) => readOwn(member, options.prefix, agreed.revision, untilMs));
  return { agreed, members: await Promise.all(readings) };
}

interface Member {
  readonly endpoint: string;
  readonly etcd: Etcd3;
}

async function readAgreed(members: readonly Member[], prefix: string, untilMs: number): Promise<Snapshot> {
  for (;;) {
    const failures: string[] = [];
    for (const member of members) {
      try {
        return await snapshot(member, prefix, { serializable: false });
      } catch (error) {
        failures.push(`${member.endpoint}: ${messageOf(error)}`);
      }
    }
    if (Date.now() > untilMs)
      throw new Error(`no member could read the load's keys:\n${failures.join("\n")}`);
    await sleep(RETRY_MS);
  }
}

/** A member that is behind is given time. */
async function readOwn(
  member: Member,
  prefix: string,
  revision: number,
  untilMs: number,
): Promise<MemberReading> {
  for (;;) {
    try {
      return await snapshot(member, prefix, { serializable: true, revision });
    } catch (error) {
      if (Date.now() > untilMs) return { endpoint: member.endpoint, failure: await explain(member, error) };
      await sleep(RETRY_MS);
    }
  }
}

async function explain({ etcd }: Member, error: unknown): Promise<string> {
  const message = messageOf(error);
  if (!message.includes("required revision is a future revision")) return message;
  const now = await etcd.kv.range({ key: Buffer.from("/"), serializable: true }).catch(() => undefined);
  return now === undefined ? message : `it is at revision ${now.header.revision} and comes no further`;
}

/** The first page decides on the revision of all, if that is not given. */
async function snapshot(
  { endpoint, etcd }: Member,
  prefix: string,
  first: { readonly serializable: boolean; readonly revision?: number },
): Promise<Snapshot> {
  const range: IRangeRequest = { ...first, range_end: endOf(prefix), limit: PAGE };
  let page = await etcd.kv.range({ ...range, key: Buffer.from(prefix) });
  const header = headerOf(page.header);
  const revision = first.revision ?? header.revision;
  const kvs = page.kvs.map(keyValueOf);
  while (page.more) {
    page = await etcd.kv.range({ ...range, key: afterLast(page), revision });
    kvs.push(...page.kvs.map(keyValueOf));
  }
  return { endpoint, header, revision, kvs };
}

const afterLast = ({ kvs }: IRangeResponse): Buffer => Buffer.concat([kvs.at(-1)!.key, Buffer.from([0])]);

/** The first key after all that begin with a prefix, which ends with a slash. */
const endOf = (prefix: string): Buffer => Buffer.from(`${prefix.slice(0, -1)}0`);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
