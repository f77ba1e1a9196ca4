import type { Command } from "commander";
import { WHOM_HELP, withAskingOptions } from "./asking-options";
import type { DeleteOptions } from "./commands/kv/delete";
import type { GetOptions } from "./commands/kv/get";
import type { PutOptions } from "./commands/kv/put";
import type { WatchKeysOptions } from "./commands/kv/watch";
import type { Finish } from "./main";

const OUTPUT = ["-o, --output <format>", "simple or json, both as etcdctl prints them", "simple"] as const;

/** The commands that read and write keys. */
export function addKvCommands(root: Command, finish: Finish): void {
  const kv = root
    .command("kv")
    .description("read, write and watch keys; prints what etcdctl prints")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Examples:
  cdktf-etcd kv put /app/colour green
  cdktf-etcd kv get /app/ --prefix
  cdktf-etcd kv delete /app/ --prefix --dry-run
  cdktf-etcd kv watch /app/ --prefix`,
    );
  const command = (name: string, description: string, examples: string, more = ""): Command =>
    withAskingOptions(
      kv
        .command(name)
        .description(description)
        .helpOption("-h, --help", "print this help")
        .allowExcessArguments(false)
        .addHelpText("after", `${more}${WHOM_HELP}\nExamples:\n${examples}`),
    ).option(
      "--key-encoding <encoding>",
      "how keys are written here: utf8, hex or base64 (for NUL and bytes that are no UTF-8)",
      "utf8",
    );
  const ofRange = (one: Command): Command =>
    one.option("--prefix", "all keys that begin with KEY").option("--from-key", "KEY and all keys after it");

  command(
    "put <key> [value]",
    "write a value, that of standard input if none is given",
    `  cdktf-etcd kv put /app/colour green
  cdktf-etcd kv put /app/config < config.yaml
  cdktf-etcd kv put --lease 694d77aa9e38260f -- /app/limit -1`,
  )
    .option("--lease <id>", "lease that the key hangs on, hexadecimal as \`lease grant\` prints it")
    .option("--prev-kv", "also print what was there before")
    .option("--ignore-value", "keep the value there is, e.g. to give it another lease")
    .option("--ignore-lease", "keep the lease there is")
    .option(...OUTPUT)
    .action((key: string, value: string | undefined, options: PutOptions) =>
      finish(async (signal) => (await import("./commands/kv/put.js")).put(key, value, options, signal)),
    );

  ofRange(
    command(
      "get <key> [range-end]",
      "print a key and its value, or those from KEY up to RANGE-END; nothing if there is none",
      `  cdktf-etcd kv get /app/colour
  cdktf-etcd kv get /app/ --prefix --keys-only
  cdktf-etcd kv get "" --prefix --count-only
  cdktf-etcd kv get /app/ --prefix --limit 10 --sort-by MODIFY --order DESCEND --output json`,
    ),
  )
    .option("--keys-only", "leave out the values")
    .option("--count-only", "print how many there are")
    .option("--print-value-only", "leave out the keys")
    .option("--limit <keys>", "at most so many; 0 for all")
    .option("--rev <revision>", "as of this revision (default: now)")
    .option("--sort-by <what>", "CREATE, KEY, MODIFY, VALUE or VERSION (default: KEY)")
    .option("--order <order>", "ASCEND or DESCEND (default: ASCEND)")
    .option(
      "--consistency <level>",
      "l: linearizable; s: serializable, what one member has, also without a quorum",
      "l",
    )
    .option(...OUTPUT)
    .action((key: string, rangeEnd: string | undefined, options: GetOptions) =>
      finish(async (signal) => (await import("./commands/kv/get.js")).get(key, rangeEnd, options, signal)),
    );

  ofRange(
    command(
      "delete [key] [range-end]",
      "delete a key, or those from KEY up to RANGE-END, and print how many there were",
      `  cdktf-etcd kv delete /app/colour
  cdktf-etcd kv delete /app/ --prefix --dry-run --prev-kv
  cdktf-etcd kv delete --all-keys`,
    ).alias("del"),
  )
    .option("--all-keys", "every key there is; instead of KEY")
    .option("--prev-kv", "also print what is deleted")
    .option("--dry-run", "print the same, and delete nothing")
    .option(...OUTPUT)
    .action((key: string | undefined, rangeEnd: string | undefined, options: DeleteOptions) =>
      finish(async (signal) =>
        (await import("./commands/kv/delete.js")).deleteKeys(key, rangeEnd, options, signal),
      ),
    );

  ofRange(
    command(
      "watch <key> [range-end]",
      "print what happens to a key, or to those from KEY up to RANGE-END, until Ctrl-C",
      `  cdktf-etcd kv watch /app/ --prefix
  cdktf-etcd kv watch /app/colour --rev 1 --prev-kv
  cdktf-etcd kv watch "" --prefix --output json`,
      `
Goes on at another member when one dies, freezes or is cut off, without a gap or an event twice.
`,
    ),
  )
    .option("--rev <revision>", "begin with what happened at this revision (default: now)")
    .option("--prev-kv", "also print what was there before")
    .option(...OUTPUT)
    .action((key: string, rangeEnd: string | undefined, options: WatchKeysOptions) =>
      finish(async (signal) =>
        (await import("./commands/kv/watch.js")).watch(key, rangeEnd, options, signal),
      ),
    );
}
