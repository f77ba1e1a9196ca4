import { Argument, Command } from "commander";
import { UsageError } from "../../../../lib/errors";
import { SERVE, serve } from "./background";
import { ask, type Context } from "./context";
import { down } from "./down";
import { exec } from "./exec";
import { WAYS_TO_S3, type WayToS3 } from "./lab-control";
import type { Request } from "./protocol";
import { renderStatus } from "./status-table";
import { up, type UpOptions } from "./up";

/** Runs a command's body and keeps its exit code. */
export type Finish = (run: (context: Context) => Promise<number>) => Promise<void>;

const NAMES = "names, numbers or unique parts of names of members, or all";
const NAME = "name, number or unique part of the name of a member";

const HELP = `
A cluster as AWS would run it, on this machine: the real cdktf deploy into an emulator of the AWS API, and then every
instance that is in there as a machine. Each is a systemd-nspawn container of Debian with its own systemd, cloud-init
with the EC2 datasource, network card, address and disks; a router filters by the stack's security groups, and a
metadata service and an S3 endpoint answer as EC2's do. All of it is in one network namespace: nothing of it is in this
machine's network, and all of it ends with the lab's process, which stays in the background until down.
Needs Linux and root. The first up fetches Debian, which takes minutes; later ones take one or two.

Machines have the names of their members. 1, etcd-1 and any part of it that no other has mean the same.

Examples:
  npm run lab -- up                                   three members with defaults, verified
  npm run lab -- up cluster.yaml                      what another definition makes
  npm run lab -- exec etcd-0                          a shell in a machine
  npm run lab -- exec etcd-0 -- systemctl --failed    one command
  npm run lab -- power-off 1 --cut                    pull the plug of etcd-1
  npm run lab -- verify                               what a user sees of that
  npm run lab -- power-on all
  npm run lab -- cut 0 1                              no packet between etcd-0 and etcd-1
  npm run lab -- replace 2 --empty-disk               another instance, with nothing of the old one
  npm run lab -- down

Exit codes: 0 done or healthy, 1 it failed or the cluster is not healthy, 2 nothing was done (wrong options, no lab
            up, not possible here), 130 interrupted; of exec and verify: the program's own`;

/** Every command with its options and help. */
export function program(finish: Finish): Command {
  const root = new Command("npm run lab --")
    .description(
      "Real machines with a real cluster, deployed into an emulated AWS; for trying what breaks it.",
    )
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .showHelpAfterError("(add --help for the options and an example)")
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText("after", HELP);
  const command = (words: string, description: string, examples: readonly string[]): Command => {
    const lines = examples.map((example) => `  npm run lab -- ${example}`).join("\n");
    return root
      .command(words)
      .description(description)
      .helpOption("-h, --help", "print this help")
      .allowExcessArguments(false)
      .addHelpText("after", `\nExamples:\n${lines}`);
  };
  /** A command that is one request, answered with nothing but what happens. */
  const request = async (make: () => Request): Promise<void> =>
    finish(async (context) => {
      await ask(context, make());
      return 0;
    });

  command("up", "bring the lab up, and return when the cluster is verified", ["up", "up cluster.yaml"])
    .argument("[definition]", "cluster definition (default: three members with defaults)")
    .option("--release <release>", "release of etcd for the members, or its beginning: 3.4")
    .option("--foreground", "stay until Ctrl-C, and take the lab down then")
    .action((file: string | undefined, options: UpOptions) =>
      finish((context) => up(file, options, context)),
    );

  command("status", "print the machines, what was done to them, and what cdktf-etcd verify says", [
    "status",
    "status --output json",
  ])
    .option("-o, --output <format>", "table or json", "table")
    .action(({ output }: { output: string }) => finish((context) => status(output, context)));

  command("exec", "run a command in a machine as root, by default a login shell", [
    "exec etcd-0",
    "exec etcd-0 -- journalctl --unit etcd --follow",
  ])
    .argument("<name>", NAME)
    .argument("[command...]", "command with its arguments")
    .passThroughOptions()
    .action((name: string, words: string[]) => finish((context) => exec(name, words, context)));

  command("power-off", "press the power button, and wait until the machine is off", [
    "power-off etcd-1",
    "power-off all --cut",
  ])
    .argument("<names...>", NAMES)
    .option("--cut", "pull the plug instead", false)
    .action((machines: string[], { cut }: { cut: boolean }) =>
      request(() => ({ command: "power-off", machines, cut })),
    );

  command("power-on", "switch machines on again", ["power-on etcd-1", "power-on all"])
    .argument("<names...>", NAMES)
    .action((machines: string[]) => request(() => ({ command: "power-on", machines })));

  command("cut", "let no packet pass between a machine and others (clients still reach it)", [
    "cut etcd-0",
    "cut etcd-0 etcd-1",
    "cut etcd-0 --cable",
    "cut --mend",
  ])
    .argument("[name]", NAME)
    .argument("[others...]", "from whom (default: from all others)")
    .option("--cable", "pull the network cable of the named machines instead", false)
    .option("--mend", "end all partitions and plug in all cables", false)
    .action((name: string | undefined, others: string[], options: CutOptions) =>
      request(() => cutRequest(name, others, options)),
    );

  command("freeze", "stop machines in place, as when their host gives them no CPU", [
    "freeze etcd-2",
    "freeze --thaw etcd-2",
  ])
    .argument("<names...>", NAMES)
    .option("--thaw", "let them go on", false)
    .action((machines: string[], { thaw }: { thaw: boolean }) =>
      request(() => ({ command: thaw ? "thaw" : "freeze", machines })),
    );

  command("s3", "decide what machines find when they ask S3", ["s3 closed", "s3 open"])
    .addArgument(
      new Argument("<way>", "closed refuses connections, silent never answers").choices(WAYS_TO_S3),
    )
    .action((way: WayToS3) => request(() => ({ command: "s3", way })));

  command("wipe", "pull the plug and make the data volume blank; power-on or replace brings it back", [
    "wipe etcd-1",
  ])
    .argument("<names...>", NAMES)
    .action((machines: string[]) => request(() => ({ command: "wipe", machines })));

  command("replace", "pull the plug, and start another instance with a new root disk in the same place", [
    "replace etcd-1",
    "replace etcd-1 --empty-disk",
  ])
    .argument("<names...>", NAMES)
    .option("--empty-disk", "with an empty data volume instead of the one it had", false)
    .action((machines: string[], { emptyDisk }: { emptyDisk: boolean }) =>
      request(() => ({ command: "replace", machines, disk: emptyDisk ? "empty" : "kept" })),
    );

  command("verify", "run cdktf-etcd verify from the operator's place, with its own options", [
    "verify",
    "verify --wait 1m --output json",
  ])
    .argument("[options...]", "see npm run verify -- --help")
    .allowUnknownOption()
    .passThroughOptions()
    .action((args: string[]) => finish((context) => verify(args, context)));

  command("console", "print what a machine's console shows", ["console etcd-0", "console etcd-0 --follow"])
    .argument("<name>", NAME)
    .option("-f, --follow", "go on until Ctrl-C", false)
    .action((machine: string, { follow }: { follow: boolean }) =>
      finish(async (context) => {
        const onOutput = (text: string): void => void process.stdout.write(text);
        await ask(context, { command: "console", machine, follow }, { onOutput });
        return 0;
      }),
    );

  command("down", "end everything, and return when nothing is left", ["down"]).action(() => finish(down));

  root
    .command(`${SERVE} <log>`, { hidden: true })
    .action((log: string) => finish(({ provider, folder }) => serve(provider, folder, log)));
  return root;
}

interface CutOptions {
  readonly cable: boolean;
  readonly mend: boolean;
}

function cutRequest(name: string | undefined, others: string[], { cable, mend }: CutOptions): Request {
  if (mend) {
    if (name === undefined && !cable) return { command: "mend" };
    throw new UsageError("--mend ends all partitions and plugs in all cables: it takes no names", {
      remedy: "npm run lab -- cut --mend",
    });
  }
  if (name === undefined) throw new UsageError("whom to cut off?", { remedy: "npm run lab -- cut etcd-0" });
  return cable
    ? { command: "pull-cable", machines: [name, ...others] }
    : { command: "cut", machine: name, others };
}

async function status(output: string, context: Context): Promise<number> {
  if (output !== "table" && output !== "json")
    throw new UsageError(`--output must be table or json, got "${output}"`);
  const answer = await ask(context, { command: "status" });
  process.stdout.write(`${output === "json" ? JSON.stringify(answer, null, 2) : renderStatus(answer)}\n`);
  return answer.verification?.isHealthy === false ? 1 : 0;
}

async function verify(args: readonly string[], context: Context): Promise<number> {
  const { code, stdout, stderr } = await ask(context, { command: "verify", args: [...args] });
  process.stderr.write(stderr);
  process.stdout.write(stdout);
  return code ?? 1;
}
