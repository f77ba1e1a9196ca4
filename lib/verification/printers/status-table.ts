import { lazyRequire } from "../../lazy-require";
import type { EndpointStatus } from "../report";
import { humanizeBytes } from "./humanize-bytes";
import { renderNarrowStatus } from "./narrow-status";
import { oneLine } from "./one-line";
import type { PrinterOptions } from "./printer-options";

/** The ten columns of `etcdctl endpoint status` 3.4 and 3.5, in its words (`makeEndpointStatusTable` in its printer.go). */
const headers = [
  "endpoint",
  "ID",
  "version",
  "db size",
  "is leader",
  "is learner",
  "raft term",
  "raft index",
  "raft applied index",
  "errors",
] as const;

/** etcdctl's own frame. */
const chars = {
  top: "-",
  "top-mid": "+",
  "top-left": "+",
  "top-right": "+",
  bottom: "-",
  "bottom-mid": "+",
  "bottom-left": "+",
  "bottom-right": "+",
  left: "|",
  "left-mid": "+",
  mid: "-",
  "mid-mid": "+",
  right: "|",
  "right-mid": "+",
  middle: "|",
};

/**
 * The status table as `etcdctl endpoint status -w table` prints it, with a row also for an endpoint that did not answer. Where
 * that is too wide, with fewer columns.
 */
export function renderStatusTable(
  endpoints: readonly EndpointStatus[],
  { columns = 0 }: Pick<PrinterOptions, "columns"> = {},
): string {
  const table = etcdctlTable(endpoints);
  const [frame = ""] = table.split("\n");
  return columns === 0 || frame.length <= columns ? table : renderNarrowStatus(endpoints, columns);
}

function etcdctlTable(endpoints: readonly EndpointStatus[]): string {
  const Table = lazyRequire("cli-table3") as typeof import("cli-table3");
  const table = new Table({
    // The types want text here; the library takes cells, and only those can be centred.
    head: headers.map((header) => ({
      content: header.toUpperCase(),
      hAlign: "center",
    })) as unknown as string[],
    colAligns: headers.map(() => "right" as const),
    chars,
    style: { head: [], border: [], compact: true },
  });
  table.push(...endpoints.map((row) => cells(row).map(oneLine)));
  return table.toString();
}

function cells({ endpoint, status, problem }: EndpointStatus): string[] {
  if (status === undefined) {
    return [endpoint, ...headers.slice(2).map(() => ""), problem?.message ?? ""];
  }
  return [
    endpoint,
    status.memberId,
    status.version,
    humanizeBytes(status.dbSizeBytes),
    String(status.isLeader),
    String(status.isLearner),
    String(status.raftTerm),
    String(status.raftIndex),
    String(status.raftAppliedIndex),
    status.errors.join(", "),
  ];
}
