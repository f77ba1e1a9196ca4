/**
 * JSON as etcdctl prints it, which is Go's of etcd's messages: what is zero or empty is left out, bytes are base64, and 64-bit numbers
 * are numbers, most of which JSON.stringify could not write.
 */
import type { KeyValue, RawHeader } from "../../client";

/** A field and its value as JSON; left out without one. */
export type Field = readonly [name: string, json: string | undefined];

export function object(fields: readonly Field[]): string {
  const present = fields.flatMap(([name, json]) => (json === undefined ? [] : [`"${name}":${json}`]));
  return `{${present.join(",")}}`;
}

export function array(items: readonly string[]): string {
  return `[${items.join(",")}]`;
}

export function bytes(value: Buffer): string {
  return `"${value.toString("base64")}"`;
}

/** Left out when it is 0. */
export function nonZero(number: bigint | string): string | undefined {
  const decimal = String(number);
  return decimal === "0" ? undefined : decimal;
}

/** Left out when there is none. */
export function nonEmpty(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : array(items);
}

export function headerFields({ cluster_id, member_id, revision, raft_term }: RawHeader): readonly Field[] {
  return [
    ["cluster_id", nonZero(cluster_id)],
    ["member_id", nonZero(member_id)],
    ["revision", nonZero(revision)],
    ["raft_term", nonZero(raft_term)],
  ];
}

export function headerField(header: RawHeader): Field {
  return ["header", object(headerFields(header))];
}

export function keyValueJson(kv: KeyValue): string {
  return object([
    ["key", kv.key.length === 0 ? undefined : bytes(kv.key)],
    ["create_revision", nonZero(kv.createRevision)],
    ["mod_revision", nonZero(kv.modRevision)],
    ["version", nonZero(kv.version)],
    ["value", kv.value.length === 0 ? undefined : bytes(kv.value)],
    ["lease", nonZero(kv.leaseId)],
  ]);
}
