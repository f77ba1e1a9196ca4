import type { Selection } from "../../../lib/discovery/watching/changes";
import { prefix } from "./ground";

/** Whether a key belongs to what is selected, said otherwise than the library says it. */
export function coveredBy(selection: Selection): (key: string) => boolean {
  if (typeof selection === "string") {
    const start = `${prefix}${selection}/`;
    return (key) => key.startsWith(start) && !key.slice(start.length).includes("/");
  }
  if ("all" in selection) {
    const start = selection.below === undefined ? prefix : `${prefix}${selection.below}/`;
    return (key) => key.startsWith(start);
  }
  const each = selection.map((service) => coveredBy(service));
  return (key) => each.some((covers) => covers(key));
}
