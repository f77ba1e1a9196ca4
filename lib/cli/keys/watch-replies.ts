import type { WatchReply } from "../../client";
import { array, headerFields, keyValueJson, object } from "./etcdctl-json";
import { keyValueLines, lines } from "./lines";

/** As `etcdctl watch` prints the events that a member sent together. */
export function watchLines({ events }: WatchReply): Buffer {
  return Buffer.concat(
    events.flatMap(({ type, kv, previous }) => [
      lines(type.toUpperCase()),
      ...(previous === undefined ? [] : [keyValueLines(previous)]),
      keyValueLines(kv),
    ]),
  );
}

/** As `etcdctl watch --write-out json` does: one line. */
export function watchJson({ header, events }: WatchReply): Buffer {
  return lines(
    object([
      ["Header", object(headerFields(header))],
      [
        "Events",
        array(
          events.map(({ type, kv, previous }) =>
            object([
              ["type", type === "delete" ? "1" : undefined],
              ["kv", keyValueJson(kv)],
              ["prev_kv", previous && keyValueJson(previous)],
            ]),
          ),
        ),
      ],
      ["CompactRevision", "0"],
      ["Canceled", "false"],
      ["Created", "false"],
    ]),
  );
}
