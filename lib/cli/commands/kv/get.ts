import type { KeyRange } from "../../../client";
import { UsageError } from "../../../errors";
import { allOf } from "../../all-of";
import type { AskingOptions } from "../../asking";
import { EXIT, type ExitCode } from "../../exit-codes";
import { formatOf, type FormatOptions } from "../../keys/format";
import { rangeOf, type RangeOptions } from "../../keys/key-range";
import { printJson, printSimple, type Contents } from "../../keys/print-range";
import { rangeReplies, type RangeQuery } from "../../keys/range-replies";
import { wholeNumberOf } from "../../keys/whole-number";
import { oneOf } from "../../one-of";
import { withMembers } from "../../with-members";

export interface GetOptions extends AskingOptions, FormatOptions, RangeOptions {
  readonly keysOnly?: boolean | undefined;
  readonly countOnly?: boolean | undefined;
  readonly printValueOnly?: boolean | undefined;
  readonly limit?: string | undefined;
  readonly rev?: string | undefined;
  readonly sortBy?: string | undefined;
  readonly order?: string | undefined;
  readonly consistency: string;
}

const TARGETS = { CREATE: "Create", KEY: "Key", MODIFY: "Mod", VALUE: "Value", VERSION: "Version" } as const;
const ORDERS = { ASCEND: "Ascend", DESCEND: "Descend" } as const;

/** Also when there is none it is well, as with etcdctl. */
export async function get(
  key: string,
  rangeEnd: string | undefined,
  options: GetOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { format, query, contents } = allOf({
    format: () => formatOf(options),
    query: () => queryOf(key, rangeEnd, options),
    contents: () => contentsOf(options),
  });
  if (format === "json" && contents === "values")
    throw new UsageError("--print-value-only is for --output simple");
  return withMembers(options, signal, async (reached) => {
    const replies = rangeReplies(reached, query, signal);
    await (format === "json" ? printJson(replies, query.limit) : printSimple(replies, contents));
    return EXIT.ok;
  });
}

function queryOf(key: string, rangeEnd: string | undefined, options: GetOptions): RangeQuery {
  const { range, limit, revision, target, order, consistency } = allOf({
    range: (): KeyRange => rangeOf(key, rangeEnd, options),
    limit: () => wholeNumberOf("--limit", options.limit),
    revision: () => wholeNumberOf("--rev", options.rev),
    target: () => wordOf("--sort-by", options.sortBy, TARGETS),
    order: () => wordOf("--order", options.order, ORDERS),
    consistency: () => oneOf("--consistency", options.consistency, ["l", "s"] as const),
  });
  return {
    range,
    limit: limit ?? 0n,
    revision: revision === 0n ? undefined : revision,
    keysOnly: options.keysOnly === true,
    countOnly: options.countOnly === true,
    // etcd has them in this order by itself, and can then give them page by page.
    ...(target === undefined || target === "Key"
      ? order === "Descend"
        ? { sort: { target: "Key", order } as const }
        : {}
      : { sort: { target, order: order ?? "Ascend" } }),
    isSerializable: consistency === "s",
  };
}

/** etcdctl takes the words in upper and lower case. */
function wordOf<T extends string>(
  option: string,
  text: string | undefined,
  words: Readonly<Record<string, T>>,
): T | undefined {
  return text === undefined ? undefined : words[oneOf(option, text.toUpperCase(), Object.keys(words))];
}

function contentsOf({ keysOnly, countOnly, printValueOnly }: GetOptions): Contents {
  const given = [
    keysOnly === true ? "--keys-only" : "",
    countOnly === true ? "--count-only" : "",
    printValueOnly === true ? "--print-value-only" : "",
  ].filter((name) => name !== "");
  if (given.length > 1) throw new UsageError(`${given.join(" and ")} cannot be given together`);
  if (countOnly === true) return "count";
  return printValueOnly === true ? "values" : "all";
}
