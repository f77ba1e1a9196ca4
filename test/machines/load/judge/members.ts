import type { Reading, Snapshot } from "../read-cluster";
import type { KeyValue } from "../records";
import { byKey } from "./keys";
import { example } from "./words";

/** Whether every member has, by itself, what the cluster agreed on. */
export function problemsOfMembers({ agreed, members }: Reading): string[] {
  return members.flatMap((member) =>
    "failure" in member
      ? [`${member.endpoint} could not be read: ${member.failure}`]
      : example(differences(agreed, member)),
  );
}

function differences(agreed: Snapshot, own: Snapshot): string[] {
  const [wanted, has] = [byKey(agreed.kvs), byKey(own.kvs)];
  const keys = [...new Set([...wanted.keys(), ...has.keys()])];
  return keys.flatMap((key) => {
    const [theirs, its] = [words(wanted.get(key)), words(has.get(key))];
    if (theirs === its) return [];
    const who = `${own.endpoint} (member ${own.header.memberId})`;
    return [
      `${who} has other data at revision ${agreed.revision}: ${key} is ${its} there, and ${theirs} elsewhere`,
    ];
  });
}

const words = (kv: KeyValue | undefined): string =>
  kv === undefined
    ? "absent"
    : `"${kv.value}" (revision ${kv.modRevision}, created at ${kv.createRevision}, version ${kv.version})`;
