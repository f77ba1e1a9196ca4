import type { Change, InvalidEntry, ServiceInstance, Snapshot } from "../../discovery";
import { leaseIdOf } from "../lease-id";

/** Raised when a field is removed or changes its meaning. docs/discovery.md describes them. */
export const SERVICES_SCHEMA_VERSION = 1;

/** For programs; revisions are text, as they may be above 2^53. */
export function renderInstancesJson(snapshot: Pick<Snapshot, "instances" | "revision">): string {
  return JSON.stringify(
    {
      schemaVersion: SERVICES_SCHEMA_VERSION,
      revision: String(snapshot.revision),
      instances: snapshot.instances.map(instanceJson),
    },
    null,
    2,
  );
}

/** What a watch tells, in its order. */
export type WatchRecord =
  | { readonly type: "change"; readonly change: Change }
  | { readonly type: "stale"; readonly snapshot: Snapshot; readonly reason: string }
  | { readonly type: "fresh"; readonly snapshot: Snapshot }
  | { readonly type: "invalid"; readonly entry: InvalidEntry };

/** One line of JSON. */
export function renderRecordJson(record: WatchRecord, at: Date): string {
  return JSON.stringify({
    schemaVersion: SERVICES_SCHEMA_VERSION,
    at: at.toISOString(),
    ...recordJson(record),
  });
}

function recordJson(record: WatchRecord): object {
  switch (record.type) {
    case "change": {
      const { type, instance, previous, revision, isFromList } = record.change;
      return {
        type,
        revision: String(revision),
        isFromList,
        instance: instanceJson(instance),
        previous: previous === undefined ? null : instanceJson(previous),
      };
    }
    case "stale": {
      const { revision, instances, confirmedAt } = record.snapshot;
      return {
        type: "stale",
        revision: String(revision),
        instanceCount: instances.length,
        confirmedAt: confirmedAt === undefined ? null : new Date(confirmedAt).toISOString(),
        reason: record.reason,
      };
    }
    case "fresh": {
      const { revision, instances } = record.snapshot;
      return { type: "fresh", revision: String(revision), instanceCount: instances.length };
    }
    case "invalid": {
      const { key, reason, modRevision } = record.entry;
      return { type: "invalid", key, reason, modRevision: String(modRevision) };
    }
  }
}

function instanceJson(instance: ServiceInstance): object {
  const { service, instance: name, endpoint, metadata, key, createRevision, modRevision, leaseId } = instance;
  return {
    service,
    instance: name,
    endpoint,
    metadata,
    key,
    createRevision: String(createRevision),
    modRevision: String(modRevision),
    leaseId: leaseIdOf(leaseId),
  };
}
