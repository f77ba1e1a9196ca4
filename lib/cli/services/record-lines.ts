import { oneLine } from "../../verification";
import type { WatchRecord } from "./instances-json";
import { instanceCells } from "./instances-table";

/** One line for people who read a log. */
export function renderRecord(record: WatchRecord, at: Date): string {
  return `${at.toISOString()} ${words(record)}`;
}

function words(record: WatchRecord): string {
  switch (record.type) {
    case "change": {
      const { type, instance } = record.change;
      const [service, name, endpoint, , metadata] = instanceCells(instance);
      return [type.padEnd(7), service, name, endpoint, metadata].join(" ").trimEnd();
    }
    case "stale":
      return `stale   ${record.reason}`;
    case "fresh": {
      const { instances, revision } = record.snapshot;
      return `fresh   ${counted(instances.length, "instance")} at revision ${String(revision)}`;
    }
    case "invalid":
      return `invalid ${oneLine(record.entry.key)}: ${oneLine(record.entry.reason)}`;
  }
}

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
