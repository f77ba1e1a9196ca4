import type { Command } from "commander";
import { WHOM_HELP, withAskingOptions } from "./asking-options";
import type { GrantLeaseOptions } from "./commands/lease/grant";
import type { KeepAliveOptions } from "./commands/lease/keep-alive";
import type { ListLeasesOptions } from "./commands/lease/list";
import type { RevokeLeaseOptions } from "./commands/lease/revoke";
import type { TimeToLiveOptions } from "./commands/lease/time-to-live";
import type { Finish } from "./main";

/** The commands about leases: what keys hang on that go by themselves. */
export function addLeaseCommands(root: Command, finish: Finish): void {
  const lease = root
    .command("lease")
    .description("grant, renew and revoke leases; prints what etcdctl prints")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText(
      "after",
      `
A lease that nobody renews ends after its TTL, and the keys that hang on it are deleted.

Examples:
  cdktf-etcd lease grant 60
  cdktf-etcd lease keep-alive 694d77aa9e38260f
  cdktf-etcd lease ttl 694d77aa9e38260f --keys`,
    );
  const command = (name: string, description: string, examples: string): Command =>
    withAskingOptions(
      lease
        .command(name)
        .description(description)
        .helpOption("-h, --help", "print this help")
        .allowExcessArguments(false)
        .addHelpText("after", `${WHOM_HELP}\nExamples:\n${examples}`),
    ).option("-o, --output <format>", "simple or json, both as etcdctl prints them", "simple");

  command("grant <ttl>", "make a lease that lives for so many seconds", "  cdktf-etcd lease grant 60").action(
    (ttl: string, options: GrantLeaseOptions) =>
      finish(async (signal) => (await import("./commands/lease/grant.js")).grantLease(ttl, options, signal)),
  );

  command(
    "ttl <id>",
    "print how long a lease still lives; exits with 1 when it does not",
    "  cdktf-etcd lease ttl 694d77aa9e38260f\n  cdktf-etcd lease ttl 694d77aa9e38260f --keys --output json",
  )
    .alias("timetolive")
    .option("--keys", "also the keys that hang on it")
    .action((id: string, options: TimeToLiveOptions) =>
      finish(async (signal) =>
        (await import("./commands/lease/time-to-live.js")).timeToLive(id, options, signal),
      ),
    );

  command(
    "keep-alive <id>",
    "renew a lease until Ctrl-C; exits with 1 when it does not live any more",
    "  cdktf-etcd lease keep-alive 694d77aa9e38260f\n  cdktf-etcd lease keep-alive 694d77aa9e38260f --once",
  )
    .option("--once", "renew it once")
    .action((id: string, options: KeepAliveOptions) =>
      finish(async (signal) =>
        (await import("./commands/lease/keep-alive.js")).keepAlive(id, options, signal),
      ),
    );

  command(
    "revoke <id>",
    "end a lease now, and delete the keys that hang on it",
    "  cdktf-etcd lease revoke 694d77aa9e38260f",
  ).action((id: string, options: RevokeLeaseOptions) =>
    finish(async (signal) => (await import("./commands/lease/revoke.js")).revokeLease(id, options, signal)),
  );

  command(
    "list",
    "print the IDs of all leases",
    "  cdktf-etcd lease list\n  cdktf-etcd lease list --output json",
  ).action((options: ListLeasesOptions) =>
    finish(async (signal) => (await import("./commands/lease/list.js")).listLeases(options, signal)),
  );
}
