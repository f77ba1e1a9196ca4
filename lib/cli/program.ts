import { Command } from "commander";
import { EXIT } from "./exit-codes";
import type { StatusOptions } from "./commands/status";
import type { ConnectOptions } from "./commands/connect";
import type { DownOptions } from "./commands/down";
import type { EtcdctlOptions } from "./commands/etcdctl";
import type { StartCommandOptions, StopCommandOptions } from "./commands/local";
import type { RenderOptions } from "./commands/render";
import type { UpOptions } from "./commands/up";
import type { VerifyCommandOptions } from "./commands/verify";
import type { Finish } from "./main";
import { CLUSTER_OPTION, TARGET_OPTION, WHOM_HELP, withAskingOptions } from "./asking-options";
import { addGrantCommand } from "./grant-program";
import { addKvCommands } from "./kv-program";
import { addLeaseCommands } from "./lease-program";
import { addPkiCommands } from "./pki-program";
import { packageVersion } from "./package-version";
import { addServicesCommands } from "./services-program";

/** Every command with its options and help; the bodies are loaded when they run. */
export function program(finish: Finish): Command {
  const root = new Command("cdktf-etcd")
    .description("From one file to a verified etcd cluster.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .showHelpAfterError("(add --help for the options and an example)")
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText(
      "after",
      `
Examples:
  cdktf-etcd up                     three members of cluster.yaml on this machine, verified
  cdktf-etcd verify                 is every member right? exits with 1 when one is not
  cdktf-etcd render etcd-0          what lands on the machine of one member
  cdktf-etcd pki list               the certificates of the cluster, and when they end
  cdktf-etcd down                   stop them; their data stays

Exit codes: ${EXIT.ok} done or healthy, ${EXIT.unhealthy} unhealthy, ${EXIT.usage} wrong definition or options, ${EXIT.unreachable} not reachable from here,
            ${EXIT.external} something outside failed (Terraform, a download, a port), ${EXIT.bug} a bug here, ${EXIT.interrupted} interrupted`,
    );
  const command = (name: string, description: string, examples: string, more = ""): Command =>
    root
      .command(name)
      .description(description)
      .helpOption("-h, --help", "print this help")
      .allowExcessArguments(false)
      .addHelpText("after", `${more}\nExamples:\n${examples}`);

  command(
    "up",
    "synthesize, deploy and verify the cluster (on this machine unless told otherwise)",
    "  cdktf-etcd up\n  cdktf-etcd up --cluster examples/single.yaml\n  cdktf-etcd up --target aws",
  )
    .option(...CLUSTER_OPTION)
    .option(...TARGET_OPTION)
    .option("--timeout <duration>", "how long to wait for health (default: 60s, on new machines in AWS 10m)")
    .option("-v, --verbose", "show all that cdktf and Terraform print")
    .action((options: UpOptions) =>
      finish(async (signal) => (await import("./commands/up.js")).up(options, signal)),
    );

  command(
    "down",
    "stop and remove what `up` deployed; data of local members is kept",
    "  cdktf-etcd down\n  cdktf-etcd down --delete-data",
  )
    .option(...CLUSTER_OPTION)
    .option(...TARGET_OPTION)
    .option("--delete-data", "also delete data and logs of local members")
    .option("-v, --verbose", "show all that cdktf and Terraform print")
    .action((options: DownOptions) =>
      finish(async (signal) => (await import("./commands/down.js")).down(options, signal)),
    );

  const asking = (name: string, description: string, examples: string): Command =>
    withAskingOptions(command(name, description, examples, WHOM_HELP));

  asking(
    "status",
    "print the status of every endpoint",
    "  cdktf-etcd status\n  cdktf-etcd status --watch\n  cdktf-etcd status --endpoints http://127.0.0.1:2379 --output json",
  )
    .option("-o, --output <format>", "table or json", "table")
    .option(
      "-w, --watch [interval]",
      "again and again until Ctrl-C, in place on a terminal; exits as the last round would (default: 2s)",
    )
    .action((options: StatusOptions) =>
      finish(async (signal) => (await import("./commands/status.js")).status(options, signal)),
    );

  asking(
    "verify",
    "ask every member by itself and say whether the cluster is right",
    "  cdktf-etcd verify\n  cdktf-etcd verify --wait 2m --output json\n  cdktf-etcd verify --target aws --via ssm\n  cdktf-etcd verify --strict --report junit=etcd.xml --report html=etcd.html\n  cdktf-etcd verify --skip lease-expires\n  cdktf-etcd verify --list-checks",
  )
    .option(
      "--wait [duration]",
      "wait until the cluster is healthy, at most this long (default: 60s, on AWS 10m); without it, look once",
    )
    .option("--strict", "count warnings as failures")
    .option(
      "--checks <ids>",
      "only these checks, separated by commas; whether members answer is always checked",
    )
    .option("--skip <ids>", "checks to leave out, separated by commas")
    .option("--list-checks", "print every check's ID and what is true when it passes, and ask nobody")
    .option(
      "--snapshots <folder>",
      "where snapshots of the cluster are kept: is the newest sound and young enough?",
    )
    .option("--snapshot-max-age <duration>", "how old the newest may be (default: 24h)")
    .option("-o, --output <format>", "table, json, junit, prometheus, github or html", "table")
    .option(
      "--report <format=file>",
      "also write the report into a file, in one step; can be given several times",
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    )
    .option("--allow-unreachable", "exit with 0 when no endpoint can be reached from here")
    .option(
      "--post-deploy",
      "as the step inside a deploy: wait, only say so when nothing can be reached from here, mind no ETCDCTL_ variable",
    )
    .action((options: VerifyCommandOptions) =>
      finish(async (signal) => (await import("./commands/verify.js")).verifyCluster(options, signal)),
    );

  command(
    "connect",
    "print what an application needs to talk to the cluster",
    "  cdktf-etcd connect > etcdctl.sh && . ./etcdctl.sh && etcdctl endpoint health\n  cdktf-etcd connect --client my-app --output json\n  cdktf-etcd connect --output typescript > etcd.ts\n  cdktf-etcd connect --client my-app --output go > etcd.go\n  cdktf-etcd connect --client my-app --output python > etcd_client.py",
  )
    .option(...CLUSTER_OPTION)
    .option(...TARGET_OPTION)
    .option("--from <source>", "deployed, or definition: its members' addresses, whether deployed or not")
    .option(
      "--client <name>",
      "with the certificate that `pki issue --client` made for this name (default: the operator's)",
    )
    .option("--user <name>", "as this user of etcd's, with the password that ETCDCTL_PASSWORD then holds")
    .option("-o, --output <format>", "shell, json, typescript, go or python", "shell")
    .action((options: ConnectOptions) =>
      finish(async () => (await import("./commands/connect.js")).connect(options)),
    );

  command(
    "etcdctl [arguments...]",
    "run the etcdctl of the cluster's release, set up for the cluster; it exits as etcdctl does",
    "  cdktf-etcd etcdctl member list\n  cdktf-etcd etcdctl --client my-app -- get --prefix /services",
  )
    .option(...CLUSTER_OPTION)
    .option(...TARGET_OPTION)
    .option("--from <source>", "deployed, or definition: its members' addresses, whether deployed or not")
    .option(
      "--client <name>",
      "with the certificate that `pki issue --client` made for this name (default: the operator's)",
    )
    .passThroughOptions()
    .action((args: string[], options: EtcdctlOptions) =>
      finish(async (signal) => (await import("./commands/etcdctl.js")).etcdctl(args, options, signal)),
    );

  command(
    "render <member>",
    "print what would land on the machine of a member",
    "  cdktf-etcd render etcd-0\n  cdktf-etcd render etcd-0 --file /etc/etcd/etcd.env\n  cdktf-etcd render etcd-0 --target local",
  )
    .option(...CLUSTER_OPTION)
    .option(...TARGET_OPTION)
    .option("--file <path>", "only this file of the machine")
    .action((member: string, options: RenderOptions) =>
      finish(async () => (await import("./commands/render.js")).render(member, options)),
    );

  command(
    "schema",
    "print the JSON Schema of cluster definitions, for editors",
    "  cdktf-etcd schema > cluster.schema.json",
  ).action(() => finish(async () => (await import("./commands/schema.js")).schema()));

  addKvCommands(root, finish);
  addLeaseCommands(root, finish);
  addServicesCommands(root, finish);
  addPkiCommands(root, CLUSTER_OPTION, finish);
  addGrantCommand(root, finish);
  addLocalCommands(root, finish);
  addAwsCommands(root, finish);
  return root;
}

/** What Terraform's provisioners call; not for people. */
function addLocalCommands(root: Command, finish: Finish): void {
  const local = root
    .command("local", { hidden: true })
    .description("steps of a local deploy, called by Terraform");
  local
    .command("preflight")
    .action(() => finish(async (signal) => (await import("./commands/local.js")).preflightMembers(signal)));
  local
    .command("start <member>")
    .requiredOption("--generation <number>")
    .action((member: string, options: StartCommandOptions) =>
      finish(async (signal) => (await import("./commands/local.js")).start(member, options, signal)),
    );
  local
    .command("stop <member>")
    .requiredOption("--state-dir <folder>")
    .action((member: string, options: StopCommandOptions) =>
      finish(async () => (await import("./commands/local.js")).stop(member, options)),
    );
}

/** What Terraform's provisioners call; not for people. */
function addAwsCommands(root: Command, finish: Finish): void {
  const aws = root
    .command("aws", { hidden: true })
    .description("steps of a deploy on AWS, called by Terraform");
  aws
    .command("fetch-tarball")
    .action(() => finish(async (signal) => (await import("./commands/aws.js")).fetchTarball(signal)));
}
