import type { Change, ServiceInstance, Snapshot } from "../../../lib/discovery";

/** An instance on plain data; its key and revision come of its name unless given. */
export function instanceOf(
  service: string,
  instance: string,
  changes: Partial<ServiceInstance> = {},
): ServiceInstance {
  return {
    service,
    instance,
    endpoint: `http://10.0.3.7:80${instance.length}`,
    metadata: {},
    key: `/micro/${service}/${instance}`,
    createRevision: 7n,
    modRevision: 9007199254740993n,
    // 694d77aa9e38260f in hexadecimal.
    leaseId: "7587852521871779343",
    ...changes,
  };
}

export function snapshotOf(instances: readonly ServiceInstance[], changes: Partial<Snapshot> = {}): Snapshot {
  return { instances, revision: 42n, isStale: false, confirmedAt: 0, ...changes };
}

export function changeOf(
  type: Change["type"],
  instance: ServiceInstance,
  previous?: ServiceInstance,
): Change {
  return { type, instance, previous, revision: 43n, isFromList: false };
}
