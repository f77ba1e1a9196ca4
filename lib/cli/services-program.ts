import type { Command } from "commander";
import { WHOM_HELP, withAskingOptions } from "./asking-options";
import type { GetOptions } from "./commands/services/get";
import type { ListOptions } from "./commands/services/list";
import type { RegisterCommandOptions } from "./commands/services/register";
import type { WatchOptions } from "./commands/services/watch";
import type { Finish } from "./main";

/** The commands that register services in the cluster and find them there. */
export function addServicesCommands(root: Command, finish: Finish): void {
  const services = root
    .command("services")
    .description("register services in the cluster, list them, and watch them come and go")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText(
      "after",
      `
An instance of a service is a key with a lease: it is listed for as long as whoever registered it lives.

Examples:
  cdktf-etcd services register user-srv/login --endpoint http://10.0.3.7:8080
  cdktf-etcd services list
  cdktf-etcd services get user-srv/login --one
  cdktf-etcd services watch`,
    );
  const command = (name: string, description: string, examples: string, more = ""): Command =>
    withAskingOptions(
      services
        .command(name)
        .description(description)
        .helpOption("-h, --help", "print this help")
        .allowExcessArguments(false)
        .addHelpText("after", `${more}${WHOM_HELP}\nExamples:\n${examples}`),
    )
      .option("--layout <name>", "micro, or go: that of etcd's Go package naming/endpoints", "micro")
      .option(
        "--key-prefix <prefix>",
        "what all keys begin with (default: /micro/; with --layout go nothing)",
      );

  command(
    "register <service> [command...]",
    "keep an instance registered until Ctrl-C, or for as long as a command runs",
    `  cdktf-etcd services register user-srv/login --endpoint http://10.0.3.7:8080
  cdktf-etcd services register user-srv/login --endpoint http://10.0.3.7:8080 --metadata zone=a -- ./login --port 8080`,
    `
It comes back by itself when members die or its lease is lost. Ctrl-C and SIGTERM withdraw it at once. A command gets all
signals passed on, is registered until it ends or is told to, and this exits as it does.
`,
  )
    .requiredOption("--endpoint <url>", "where clients reach it, in whatever words they understand")
    .option(
      "--instance <name>",
      "tells it apart from others of the service (default: host, process ID, random)",
    )
    .option(
      "--metadata <key=value>",
      "what clients should know of it, or a JSON object; may be repeated",
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    )
    .option("--ttl <duration>", "how long it is listed after a crash, 5s at least (default: 15s)")
    .option("--retake", "when another process registers under the name, take it back (default: leave it)")
    .action((service: string, words: string[], options: RegisterCommandOptions) =>
      finish(async (signal) =>
        (await import("./commands/services/register.js")).register(service, words, options, signal),
      ),
    );

  command(
    "list [service...]",
    "print what is registered now: these services, or all",
    `  cdktf-etcd services list
  cdktf-etcd services list user-srv/login user-srv/payment
  cdktf-etcd services list --below user-srv --output json`,
  )
    .option("--below <name>", "all services whose names begin with this and a slash")
    .option("-o, --output <format>", "table or json", "table")
    .action((names: string[], options: ListOptions) =>
      finish(async (signal) => (await import("./commands/services/list.js")).list(names, options, signal)),
    );

  command(
    "get <service> [instance]",
    "print where a service can be reached, one endpoint per line; exits with 1 when nowhere",
    `  cdktf-etcd services get user-srv/login
  cdktf-etcd services get user-srv/login --one
  cdktf-etcd services get user-srv/login login-1 --output json`,
  )
    .option("--one", "any one of them")
    .option("-o, --output <format>", "endpoints, table or json", "endpoints")
    .action((service: string, instance: string | undefined, options: GetOptions) =>
      finish(async (signal) =>
        (await import("./commands/services/get.js")).get(service, instance, options, signal),
      ),
    );

  command(
    "watch [service...]",
    "show what is registered, live: these services, or all; in place on a terminal, else a line per change",
    `  cdktf-etcd services watch
  cdktf-etcd services watch user-srv/login
  cdktf-etcd services watch --below user-srv --output json`,
    `
Goes on while members die, and says so while none can confirm what it shows. Ctrl-C ends it: with 0, or with 1 while stale.
`,
  )
    .option("--below <name>", "all services whose names begin with this and a slash")
    .option("-o, --output <format>", "table, or json: an object per line", "table")
    .action((names: string[], options: WatchOptions) =>
      finish(async (signal) => (await import("./commands/services/watch.js")).watch(names, options, signal)),
    );
}
