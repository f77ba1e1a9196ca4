import { keyValueOf, prefixRange, type KeyRange, type RawHeader, type RawKeyValue } from "../../../client";
import { UsageError } from "../../../errors";
import { allOf } from "../../all-of";
import type { AskingOptions } from "../../asking";
import { EXIT, type ExitCode } from "../../exit-codes";
import { writeOnce } from "../../keys/ask";
import { headerField, keyValueJson, nonEmpty, nonZero, object } from "../../keys/etcdctl-json";
import { formatOf, type FormatOptions } from "../../keys/format";
import { rangeOf, type RangeOptions } from "../../keys/key-range";
import { keyValueLines, lines } from "../../keys/lines";
import { print } from "../../keys/print";
import { rangeReplies } from "../../keys/range-replies";
import { withMembers, type Reached } from "../../with-members";

export interface DeleteOptions extends AskingOptions, FormatOptions, RangeOptions {
  readonly allKeys?: boolean | undefined;
  readonly prevKv?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

interface Deleted {
  readonly header: RawHeader;
  readonly deleted: string;
  readonly prev_kvs: readonly RawKeyValue[];
}

/** A dry run prints what the real one would. */
export async function deleteKeys(
  key: string | undefined,
  rangeEnd: string | undefined,
  options: DeleteOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { format, range } = allOf({
    format: () => formatOf(options),
    range: () => doomed(key, rangeEnd, options),
  });
  const isDry = options.dryRun === true;
  const { header, deleted, prev_kvs } = await withMembers(options, signal, (reached) =>
    isDry
      ? lookAt(reached, range, options.prevKv === true, signal)
      : writeOnce(reached, signal, range.key, (member) =>
          member.call((etcd, call) =>
            etcd.kv.deleteRange({ ...range, prev_kv: options.prevKv === true }, call),
          ),
        ),
  );
  if (format === "json")
    await print(
      lines(
        object([
          headerField(header),
          ["deleted", nonZero(deleted)],
          ["prev_kvs", nonEmpty(prev_kvs.map((kv) => keyValueJson(keyValueOf(kv))))],
        ]),
      ),
    );
  else await print(lines(deleted), ...prev_kvs.map(keyValueLines));
  if (isDry) process.stderr.write("nothing was deleted: this was --dry-run\n");
  return EXIT.ok;
}

/** @throws UsageError also where one word that is missing would delete everything */
function doomed(key: string | undefined, rangeEnd: string | undefined, options: DeleteOptions): KeyRange {
  const { allKeys = false, prefix = false, fromKey = false } = options;
  if (allKeys) {
    if (key === undefined) return prefixRange("");
    throw new UsageError(`--all-keys deletes whatever there is, and the key "${key}" was given as well`);
  }
  if (key === undefined)
    throw new UsageError("which keys to delete is missing: KEY", {
      remedy: "For all keys there are: --all-keys",
    });
  if (key === "" && (prefix || fromKey))
    throw new UsageError(`"" with ${prefix ? "--prefix" : "--from-key"} would delete all keys there are`, {
      remedy: "If that is meant: --all-keys, without a key.",
    });
  return rangeOf(key, rangeEnd, options, "--all-keys");
}

async function lookAt(
  reached: Reached,
  range: KeyRange,
  withValues: boolean,
  signal: AbortSignal,
): Promise<Deleted> {
  const kvs: RawKeyValue[] = [];
  let first: { readonly header: RawHeader; readonly count: string } | undefined;
  const query = { range, limit: 0n, countOnly: !withValues };
  for await (const reply of rangeReplies(reached, query, signal)) {
    first ??= reply;
    kvs.push(...reply.kvs);
  }
  if (first === undefined) throw new Error("no reply");
  return { header: first.header, deleted: first.count, prev_kvs: kvs };
}
