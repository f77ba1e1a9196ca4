import type { Command } from "commander";
import type { IssueOptions, ListOptions, PkiOptions, RenewOptions } from "./commands/pki";
import type { Finish } from "./main";

/** The commands that make and keep certificates. */
export function addPkiCommands(
  root: Command,
  clusterOption: readonly [flags: string, description: string],
  finish: Finish,
): void {
  const pki = root
    .command("pki")
    .description("make, list and renew the certificates of the cluster, in pki/<cluster>")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText(
      "after",
      `
Certificates are good for every target that the definition can be deployed to. Keys have mode 0600, and git ignores them.

Examples:
  cdktf-etcd pki init
  cdktf-etcd pki list
  cdktf-etcd pki issue --client my-app
  cdktf-etcd pki renew --within 60d`,
    );
  const command = (name: string, description: string, examples: string): Command =>
    pki
      .command(name)
      .description(description)
      .helpOption("-h, --help", "print this help")
      .allowExcessArguments(false)
      .option(...clusterOption)
      .addHelpText("after", `\nExamples:\n${examples}`);

  command(
    "init",
    "make what is missing: two CAs, a server and a peer certificate per member, the operator's; a CA is never replaced",
    "  cdktf-etcd pki init\n  cdktf-etcd pki init --cluster examples/single.yaml",
  ).action((options: PkiOptions) =>
    finish(async (signal) => (await import("./commands/pki.js")).init(options, signal)),
  );

  command(
    "issue [member...]",
    "make the certificates of members or applications where they are missing or do not fit",
    "  cdktf-etcd pki issue etcd-0\n  cdktf-etcd pki issue --client my-app --client backup",
  )
    .option(
      "--client <name>",
      "a client certificate of this name, which etcd takes for its user's; may be repeated",
      (name: string, before: readonly string[] | undefined) => [...(before ?? []), name],
    )
    .action((members: string[], options: IssueOptions) =>
      finish(async (signal) => (await import("./commands/pki.js")).issue(members, options, signal)),
    );

  command(
    "list",
    "print all certificates, what they are good for and when they end",
    "  cdktf-etcd pki list\n  cdktf-etcd pki list --output json",
  )
    .option("-o, --output <format>", "table or json", "table")
    .action((options: ListOptions) => finish(async () => (await import("./commands/pki.js")).list(options)));

  command(
    "renew [name...]",
    "replace certificates and keys that end soon, or those of the named members, applications and operator; never a CA",
    "  cdktf-etcd pki renew\n  cdktf-etcd pki renew etcd-0 operator\n  cdktf-etcd pki renew --within 60d\n  cdktf-etcd pki renew --all",
  )
    .option("--within <duration>", "without names: those that end within this time, e.g. 60d or 12h", "30d")
    .option("--all", "all of them, whenever they end")
    .action((names: string[], options: RenewOptions) =>
      finish(async (signal) => (await import("./commands/pki.js")).renew(names, options, signal)),
    );
}
