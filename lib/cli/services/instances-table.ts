import type { ServiceInstance } from "../../discovery";
import { oneLine } from "../../verification";
import { plainTable } from "../plain-table";
import { leaseIdOf } from "../lease-id";

export const INSTANCE_HEADERS = ["SERVICE", "INSTANCE", "ENDPOINT", "LEASE", "METADATA"] as const;

/** Metadata is shortened where the terminal is narrow, but not to less than can be made sense of. */
const LEAST_METADATA_COLUMNS = 20;

/** Names and values come from whoever wrote them: none may do something to a terminal. */
export function instanceCells({ service, instance, endpoint, leaseId, metadata }: ServiceInstance): string[] {
  const cells = [service, instance, endpoint, leaseIdOf(leaseId), metadataCell(metadata)];
  return cells.map(oneLine);
}

function metadataCell(metadata: unknown): string {
  const text = JSON.stringify(metadata);
  return text === "{}" || text === "null" ? "" : text;
}

/** For people: one line per instance. */
export function renderInstances(
  instances: readonly ServiceInstance[],
  /** Width of the terminal; undefined: nothing is shortened. */
  columns?: number,
): string {
  const rows = instances.map(instanceCells);
  return plainTable(
    INSTANCE_HEADERS,
    rows,
    columns === undefined ? undefined : { columns, leastLastColumn: LEAST_METADATA_COLUMNS },
  );
}
