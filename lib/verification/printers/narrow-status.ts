import type { MemberStatus } from "../questions/answers";
import type { EndpointStatus } from "../report";
import { humanizeBytes } from "./humanize-bytes";
import { oneLine } from "./one-line";
import { roleOf } from "./role-of";
import { wrap } from "./wrap";

const headers = ["ENDPOINT", "ID", "VERSION", "DB SIZE", "ROLE", "TERM", "INDEX"] as const;

/** Between columns. */
const gap = "  ";

/** The status for a terminal that is too narrow for etcdctl's table: a line for each endpoint, or more if need be. */
export function renderNarrowStatus(endpoints: readonly EndpointStatus[], columns: number): string {
  const rows = endpoints.map((row) => cells(row).map(oneLine));
  const widths = headers.map((header, index) =>
    Math.max(header.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const isTooWide = widths.reduce((sum, width) => sum + width, (headers.length - 1) * gap.length) > columns;
  const aligned = (row: readonly string[]): string =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join(gap)
      .trimEnd();
  const lines = endpoints.flatMap((row, index) => {
    const { endpoint, status, problem } = row;
    if (status === undefined) return withMessage(endpoint, problem?.message ?? "", columns);
    return [
      ...(isTooWide ? inTwoLines(endpoint, status, columns) : [aligned(rows[index] ?? [])]),
      ...(status.errors.length === 0 ? [] : indented(status.errors.join(", "), columns)),
    ];
  });
  return (isTooWide ? lines : [aligned(headers), ...lines]).join("\n");
}

function cells({ endpoint, status }: EndpointStatus): string[] {
  return status === undefined
    ? [endpoint]
    : [
        endpoint,
        status.memberId,
        status.version,
        humanizeBytes(status.dbSizeBytes),
        roleOf(status),
        String(status.raftTerm),
        String(status.raftIndex),
      ];
}

function withMessage(endpoint: string, message: string, columns: number): string[] {
  const line = oneLine(`${endpoint}${gap}${message}`);
  return line.length <= columns ? [line] : [oneLine(endpoint), ...indented(message, columns)];
}

function inTwoLines(endpoint: string, status: MemberStatus, columns: number): string[] {
  const facts = [
    roleOf(status),
    status.version,
    humanizeBytes(status.dbSizeBytes),
    `raft term ${status.raftTerm}`,
    `raft index ${status.raftIndex}`,
  ].join(", ");
  return [oneLine(`${endpoint} ${status.memberId}`), ...indented(facts, columns)];
}

function indented(text: string, columns: number): string[] {
  return wrap([{ text: oneLine(text) }], { columns, first: "    ", hanging: 4 });
}
