import type { Command } from "commander";
import { WHOM_HELP, withAskingOptions } from "./asking-options";
import type { GrantOptions } from "./commands/grant";
import type { Finish } from "./main";

/** The command that gives applications their rights. */
export function addGrantCommand(root: Command, finish: Finish): void {
  const command = root
    .command("grant [user]")
    .description(
      "let a user of etcd's own authentication read or write the keys below a prefix, and nothing else",
    )
    .helpOption("-h, --help", "print this help")
    .allowExcessArguments(false)
    .option(
      "-p, --prefix <prefix>",
      "on all keys that begin with it, /micro/a as well as /micro/ab for /micro/a; may be repeated",
      (prefix: string, before: readonly string[] | undefined) => [...(before ?? []), prefix],
    )
    .option("--all-keys", "on all keys there are")
    .option("--read", "get, list and watch")
    .option("--write", "put and delete, also by the end of a lease")
    .option("--revoke", "take it back instead; without --read and --write both")
    .option(
      "--password-file <file>",
      "the password of a new user, - for standard input (default: none, the certificate of that name logs in)",
    )
    .option("-o, --output <format>", "table or json", "table")
    .action((user: string | undefined, options: GrantOptions) =>
      finish(async (signal) => (await import("./commands/grant.js")).grant(user, options, signal)),
    )
    .addHelpText(
      "after",
      `
Makes a role of the user's name with the permission, the user, and gives it the role, whatever of that is missing.
Without --prefix it prints what the user, or every user, may do. Whoever asks needs the role root, once authentication
is enabled. A user without a password logs in by a certificate whose common name is the user's (pki issue --client),
through gRPC alone: etcd's HTTP gateway then refuses every certificate that has one.
${WHOM_HELP}
Examples:
  cdktf-etcd grant my-app --prefix /micro/user-srv/ --read --write
  cdktf-etcd grant dashboard --prefix /micro/ --read
  cdktf-etcd grant my-app --prefix /micro/user-srv/ --write --revoke
  cdktf-etcd grant my-app
  cdktf-etcd grant --output json`,
    );
  withAskingOptions(command);
}
