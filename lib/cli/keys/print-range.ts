import { keyValueOf, type RawHeader } from "../../client";
import { headerFields, keyValueJson, nonZero, object } from "./etcdctl-json";
import { keyValueLines, lines } from "./lines";
import type { RangeReply } from "./pages";
import { isRead, print } from "./print";

/** What to print of a range. */
export type Contents = "all" | "values" | "count";

type Replies = AsyncIterable<RangeReply>;

/** As `etcdctl get` does; the count, which it prints for no format that people read, as a number alone. */
export async function printSimple(replies: Replies, contents: Contents): Promise<void> {
  for await (const { kvs, count } of replies) {
    if (contents === "count") await print(lines(count));
    else await print(...kvs.map((kv) => (contents === "values" ? lines(kv.value) : keyValueLines(kv))));
    if (!isRead()) return;
  }
}

/** One object, written as it comes. */
export async function printJson(replies: Replies, limit: bigint): Promise<void> {
  let header: RawHeader | undefined;
  let count = "0";
  let isFirst = true;
  for await (const reply of replies) {
    if (header === undefined) {
      header = reply.header;
      count = reply.count;
      await print(`{"header":${object(headerFields(header))}`);
    }
    const kvs = reply.kvs.map((kv) => keyValueJson(keyValueOf(kv))).join(",");
    if (kvs !== "") {
      await print(isFirst ? ',"kvs":[' : ",", kvs);
      isFirst = false;
    }
    if (!isRead()) return;
  }
  const rest = [
    isFirst ? "" : "]",
    limit > 0n && BigInt(count) > limit ? ',"more":true' : "",
    nonZero(count) === undefined ? "" : `,"count":${count}`,
  ];
  await print(...rest, "}\n");
}
