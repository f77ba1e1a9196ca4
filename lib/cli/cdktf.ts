import { once } from "node:events";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster";
import { stackId } from "../cluster/stack-id";
import { ExternalError } from "../errors";
import { packageRoot } from "../package-root";
import { appCommand, ensureCdktfProject } from "./cdktf-project";
import { DeployLog } from "./deploy-log";
import { DESTROY_VARIABLE } from "./deploy-variables";
import { failureAdvice } from "./failure-advice";
import { lingeringTerraform } from "./lingering-terraform";
import { processTree, type TreeProcess } from "./process-tree";
import { terraformBinary } from "./terraform-binary";

/** A member's start gives up by itself after 30 s, and Terraform waits for it. */
const END_TIMEOUT_MS = 60_000;

export interface CdktfRun {
  readonly command: "deploy" | "destroy";
  readonly cluster: Cluster;
  /** Path of the definition. */
  readonly file: string;
  /** Show all that cdktf and Terraform print. */
  readonly verbose: boolean;
  /** Environment variables for the steps that Terraform calls. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Takes what is to be shown. */
  readonly onLine: (line: string) => void;
}

/**
 * Runs a command of CDKTF's own CLI on the cluster's stack.
 *
 * @throws {ExternalError} when Terraform or cdktf-cli is missing, or the command fails
 */
export async function runCdktf({
  command,
  cluster,
  file,
  verbose,
  env = {},
  signal,
  onLine,
}: CdktfRun): Promise<void> {
  const terraform = terraformBinary();
  const cli = cdktfCli();
  if (ensureCdktfProject()) onLine("wrote cdktf.json, so that plain cdktf works in this folder as well");
  const { execa } = await import("execa");
  const lingering = lingeringTerraform(terraform);
  const run = execa(
    process.execPath,
    [
      ...[cli, command, stackId(cluster), "--auto-approve", "--app", appCommand()],
      // terraform init has recorded the provider's sum for this platform; cdktf would ask the registry for those of all others.
      "--skip-provider-lock",
    ],
    {
      reject: false,
      stdin: "ignore",
      all: true,
      buffer: false,
      env: {
        ...env,
        ...lingering.env,
        CLUSTER: file,
        TARGET: cluster.target,
        ...(command === "destroy" ? { [DESTROY_VARIABLE]: "1" } : {}),
        // Plain lines that stay on the terminal instead of a redrawn screen, and no call home.
        CI: "1",
        CHECKPOINT_DISABLE: "1",
      },
      // Ctrl-C reaches the whole process group of a terminal; what is interrupted here, and how, is decided below.
      detached: true,
    },
  );
  process.once("exit", lingering.remove);
  const endGroup = (): void => {
    if (run.pid !== undefined && run.exitCode === null && run.signalCode === null)
      process.kill(-run.pid, "SIGTERM");
  };
  process.once("exit", endGroup);
  let interrupted: readonly TreeProcess[] = [];
  const interrupt = (): void => {
    onLine("interrupted: waiting until Terraform has saved its state");
    if (run.pid !== undefined) interrupted = interruptTree(run.pid, basename(terraform));
  };
  signal.addEventListener("abort", interrupt, { once: true });
  if (signal.aborted) interrupt();
  const log = new DeployLog();
  const lines = createInterface({ input: run.all });
  lines.on("line", (line) => {
    const shown = log.accept(line);
    (verbose ? [line] : shown).forEach(onLine);
  });
  const [result] = await Promise.all([run, once(lines, "close")]);
  process.off("exit", endGroup);
  process.off("exit", lingering.remove);
  lingering.remove();
  signal.removeEventListener("abort", interrupt);
  if (signal.aborted) {
    await untilEnded(interrupted);
    throw new ExternalError(`interrupted during cdktf ${command}`, {
      remedy: "run the same command again to finish it; whatever was started is recorded",
    });
  }
  if (result.exitCode !== 0) {
    if (!verbose) log.unexplained().forEach(onLine);
    throw new ExternalError(`cdktf ${command} failed`, {
      remedy:
        failureAdvice(log.errorText()) ??
        `mend what is said above and run the same command again; what is right stays untouched${verbose ? "" : " (--verbose shows all that Terraform prints)"}`,
    });
  }
}

/**
 * Terraform itself is interrupted, and cdktf left alone: told to end, cdktf would go at once, and the terminal in which it runs
 * Terraform with it, in the middle of the writing of the state.
 *
 * @returns the processes that were told to end
 */
function interruptTree(root: number, terraform: string): TreeProcess[] {
  const running = processTree(root);
  const terraforms = running.filter(({ name }) => name === terraform);
  const [targets, name] =
    terraforms.length > 0
      ? ([terraforms, "SIGINT"] as const)
      : ([running.filter(({ pid }) => pid === root), "SIGTERM"] as const);
  for (const { pid } of targets) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended meanwhile.
    }
  }
  return targets;
}

/** Waits for processes; not for ever, lest one that does not end holds this one too. */
async function untilEnded(processes: readonly TreeProcess[]): Promise<void> {
  const until = Date.now() + END_TIMEOUT_MS;
  const lives = ({ pid, name }: TreeProcess): boolean =>
    processTree(pid).some((found) => found.pid === pid && found.name === name);
  while (Date.now() < until && processes.some(lives)) await sleep(50);
}

function cdktfCli(): string {
  for (const from of [process.cwd(), packageRoot()]) {
    try {
      return join(
        dirname(require.resolve("cdktf-cli/package.json", { paths: [from] })),
        "bundle",
        "bin",
        "cdktf",
      );
    } catch {
      // Looked for in the user's project first, then beside this package.
    }
  }
  throw new ExternalError("cannot find cdktf-cli", { remedy: "npm install --save-dev cdktf-cli" });
}
