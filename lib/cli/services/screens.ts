import type { Discovery } from "../../discovery";
import { Live, rowsOf } from "../live";
import { terminalOf } from "../terminal";
import { ServicesBoard } from "./board";
import type { Screen } from "./follow";
import { renderRecordJson, type WatchRecord } from "./instances-json";
import { renderRecord } from "./record-lines";

/** Fast enough to look immediate, and little for a terminal on a slow line. */
const REDRAW_MS = 200;

/** A table in place where a terminal can redraw; everything else gets one line per record. */
export function screenOf(format: "table" | "json", discovery: Discovery): Screen {
  if (format === "json") return lines(renderRecordJson);
  return terminalOf(process.stdout).canRedraw ? liveTable(discovery) : lines(renderRecord);
}

function lines(render: (record: WatchRecord, at: Date) => string): Screen {
  return {
    show: (record) => process.stdout.write(`${render(record, new Date())}\n`),
    setReason: () => undefined,
    end: () => undefined,
  };
}

function liveTable(discovery: Discovery): Screen {
  const board = new ServicesBoard(terminalOf(process.stdout).color);
  const live = new Live(process.stdout);
  let staleReason: string | undefined;
  /** What the first list has is no news. */
  let firstRevision: bigint | undefined;
  let drawn = "";
  const redraw = (): void => {
    const lines = board.lines({
      snapshot: discovery.snapshot,
      staleReason,
      now: Date.now(),
      terminalRows: rowsOf(process.stdout),
    });
    const text = lines.join("\n");
    if (text !== drawn) live.draw(lines);
    drawn = text;
  };
  redraw();
  const timer = setInterval(redraw, REDRAW_MS);
  return {
    show: (record) => {
      if (record.type === "fresh") {
        firstRevision ??= record.snapshot.revision;
        staleReason = undefined;
      } else if (record.type === "stale") staleReason = record.reason;
      else if (record.type === "invalid") board.leaveOut(record.entry, Date.now());
      else if (firstRevision !== undefined && record.change.revision > firstRevision)
        board.take(record.change, Date.now());
    },
    setReason: (reason) => (staleReason = reason),
    end: () => {
      clearInterval(timer);
      redraw();
      live.end();
    },
  };
}
