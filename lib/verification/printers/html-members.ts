import type { EndpointStatus } from "../report";
import { humanizeBytes } from "./humanize-bytes";
import { markup, type Markup } from "./markup";
import { roleOf } from "./role-of";

const columns = [
  "Member",
  "ID",
  "Version",
  "Role",
  "Raft term",
  "Raft index",
  "Revision",
  "DB size",
  "Answered in",
] as const;

/** What each member said about itself. */
export function membersSection(endpoints: readonly EndpointStatus[]): Markup {
  return markup`<section>
<h2>Members</h2>
<table>
<thead><tr>${columns.map((column) => markup`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
${endpoints.map(row)}
</tbody>
</table>
</section>`;
}

function row({ endpoint, member, status, problem, tookMs }: EndpointStatus): Markup {
  const name =
    member === undefined
      ? markup`<code>${endpoint}</code>`
      : markup`<strong>${member}</strong> <code>${endpoint}</code>`;
  const head = markup`<th scope="row">${name}</th>`;
  if (status === undefined)
    return markup`<tr class="failed">${head}<td class="problem" colspan="${columns.length - 2}">${problem?.message ?? "no status"}</td>${cell(8, milliseconds(tookMs))}</tr>`;
  return markup`<tr>${head}${[
    cell(1, markup`<code>${status.memberId}</code>`),
    cell(2, markup`${status.version}`),
    cell(3, markup`${roleOf(status)}`),
    cell(4, markup`${String(status.raftTerm)}`),
    cell(5, raftIndex(status.raftIndex, status.raftAppliedIndex)),
    cell(6, markup`${String(status.revision)}`),
    cell(7, markup`${humanizeBytes(status.dbSizeBytes)}`),
    cell(8, milliseconds(tookMs)),
  ]}</tr>`;
}

function raftIndex(index: bigint, applied: bigint): Markup {
  return index === applied ? markup`${String(index)}` : markup`${String(index)} (${String(applied)} applied)`;
}

function milliseconds(ms: number): Markup {
  return markup`${Math.round(ms)} ms`;
}

/** The label is shown where there is no room for a table and its header. */
function cell(column: number, value: Markup): Markup {
  return markup`<td data-label="${columns[column] ?? ""}">${value}</td>`;
}
