import type { DrillRecord } from "./drill";

/** Markdown; times in seconds. */
export function drillTable(records: readonly DrillRecord[]): string {
  const rows = records.map(({ title, seen, recoveredMs, longestWriteGapMs, acknowledged, lost }) => [
    title,
    seen.map((text) => text.replaceAll("|", "\\|")).join("<br>"),
    seconds(recoveredMs),
    seconds(longestWriteGapMs),
    String(acknowledged),
    String(lost),
  ]);
  const head = [
    "what happens",
    "what `verify`, or the machine, says meanwhile",
    "all healthy after",
    "longest time without a write",
    "acknowledged",
    "lost",
  ];
  const alignment = ["---", "---", "---:", "---:", "---:", "---:"];
  return [head, alignment, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** For somebody who watches. */
export function drillLine({ title, recoveredMs, longestWriteGapMs, seen }: DrillRecord): string {
  const times = `healthy after ${seconds(recoveredMs)}, longest time without a write ${seconds(longestWriteGapMs)}`;
  return [`${title}: ${times}`, ...seen].join("\n  ");
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
