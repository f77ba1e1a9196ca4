import { failureTolerance, quorum, type Cluster, type LocalCluster } from "../../cluster/cluster";
import { ExternalError } from "../../errors";
import { runCdktf } from "../cdktf";
import { ensureCertificates, refuseNewAuthority } from "../certificates";
import { definitionFile, loadCluster, type DefinitionOptions } from "../definition-file";
import { NAMED_ETCD_VARIABLE, TIMEOUT_VARIABLE } from "../deploy-variables";
import { durationMs } from "../duration";
import { EXIT, type ExitCode } from "../exit-codes";
import { terraformBinary } from "../terraform-binary";

export interface UpOptions extends DefinitionOptions {
  readonly timeout?: string | undefined;
  readonly verbose?: boolean | undefined;
}

/** How Terraform says that the check inside the deploy ended well; it ends with an error otherwise. */
const VERDICT = "verify_endpoints: Creation complete";
/** The last line of that check. */
const UNHEALTHY = /cluster \S+ is unhealthy: /;

/** Nothing was started, so nothing boots. */
const TIMEOUT_WITHOUT_CHANGE = "60s";

/** From the definition to a verified cluster; a second run changes nothing that is right. */
export async function up(options: UpOptions, signal: AbortSignal): Promise<ExitCode> {
  if (options.timeout !== undefined) durationMs("--timeout", options.timeout);
  const cluster = await loadCluster(options, "local");
  terraformBinary();
  say(introduction(cluster));
  if (cluster.target === "aws") await refuseNewAuthority(cluster);
  const env = {
    ...(cluster.target === "local" ? await prepareLocal(cluster, signal) : {}),
    ...(options.timeout === undefined ? {} : { [TIMEOUT_VARIABLE]: options.timeout }),
  };
  await ensureCertificates(cluster, options, { signal, onLine: say });
  const seen: string[] = [];
  const deploy = runCdktf({
    command: "deploy",
    cluster,
    file: definitionFile(options),
    verbose: options.verbose === true,
    env,
    signal,
    onLine: (line) => {
      seen.push(line);
      say(line);
    },
  });
  try {
    await deploy;
  } catch (error) {
    // What is wrong with the members stands above, with what to do about it.
    if (error instanceof ExternalError && !signal.aborted && seen.some((line) => UNHEALTHY.test(line)))
      return EXIT.unhealthy;
    throw error;
  }
  // A deploy that changed nothing has not asked the members either.
  if (seen.some((line) => line.includes(VERDICT))) return EXIT.ok;
  const { verifyCluster } = await import("./verify.js");
  const question = { cluster: options.cluster, target: cluster.target, callTimeout: "2s" };
  return verifyCluster(
    { ...question, wait: options.timeout ?? TIMEOUT_WITHOUT_CHANGE, allowUnreachable: true },
    signal,
  );
}

/** What would stop the deploy half-way is found out first, and what takes its time can be seen. */
async function prepareLocal(cluster: LocalCluster, signal: AbortSignal): Promise<Record<string, string>> {
  const { guardMembership, stateDirOf } = await import("../../local/index.js");
  // Terraform stops members that are to be replaced before it comes to the preflight, which would refuse only then.
  guardMembership(cluster, stateDirOf(cluster.name));
  const { findEtcd } = await import("./local.js");
  const found = await findEtcd(cluster, { signal, onProgress: say });
  say(found.detail);
  return { [NAMED_ETCD_VARIABLE]: found.etcd };
}

function introduction({ name, target, members }: Cluster): string {
  const where = target === "local" ? "on this machine" : "on AWS";
  const count = members.length;
  return `cluster ${name} ${where}: ${count} ${count === 1 ? "member" : "members"}, quorum ${quorum(count)}, survives ${failureTolerance(count)} failed`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
