import { failureTolerance, quorum, type Cluster } from "../../cluster/cluster";
import { outputsOf } from "../../cluster/outputs";
import { runCdktf, terraformBinary } from "../cdktf";
import { definitionFile, loadCluster, type DefinitionOptions } from "../definition-file";
import { OUTPUTS_VARIABLE } from "../deployed";
import { EXIT, type ExitCode } from "../exit-codes";

export interface UpOptions extends DefinitionOptions {
  readonly timeout: string;
  readonly verbose?: boolean | undefined;
}

/** How Terraform says that the check inside the deploy ended well; it ends with an error otherwise. */
const VERDICT = "verify_endpoints: Creation complete";

/** From the definition to a verified cluster; a second run changes nothing that is right. */
export async function up(options: UpOptions, signal: AbortSignal): Promise<ExitCode> {
  const cluster = await loadCluster(options, "local");
  terraformBinary();
  say(introduction(cluster));
  if (cluster.target === "local") {
    // Fetched here, where its progress can be seen; the deploy then finds it in the cache.
    const { findEtcd } = await import("./local.js");
    say((await findEtcd(cluster, signal)).detail);
  }
  const seen: string[] = [];
  await runCdktf({
    command: "deploy",
    cluster,
    file: definitionFile(options),
    verbose: options.verbose === true,
    signal,
    onLine: (line) => {
      seen.push(line);
      say(line);
    },
  });
  // A deploy that changed nothing has not asked the members either.
  if (seen.some((line) => line.includes(VERDICT))) return EXIT.ok;
  process.env[OUTPUTS_VARIABLE] = JSON.stringify(outputsOf(cluster));
  const { verifyCluster } = await import("./verify.js");
  return verifyCluster({ output: "table", callTimeout: "2s", timeout: options.timeout, allowUnreachable: true }, signal);
}

function introduction({ name, target, members }: Cluster): string {
  const where = target === "local" ? "on this machine" : "on AWS";
  const count = members.length;
  return `cluster ${name} ${where}: ${count} ${count === 1 ? "member" : "members"}, quorum ${quorum(count)}, survives ${failureTolerance(count)} failed`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
