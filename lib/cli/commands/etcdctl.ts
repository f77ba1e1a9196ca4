import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { outputsOf } from "../../cluster/outputs";
import { ExternalError } from "../../errors";
import { resolveEtcd } from "../../local";
import { connectionTo, type Connection } from "../connect/connection";
import { etcdctlEnvironment } from "../connect/etcdctl-environment";
import { loadCluster, type DefinitionOptions } from "../definition-file";
import { deployedOutputs, FROM_DEFINITION } from "../deployed";
import { oneOf } from "../one-of";
import { SOURCES } from "../reach/whom";

export interface EtcdctlOptions extends DefinitionOptions {
  readonly from?: string | undefined;
  readonly client?: string | undefined;
}

/**
 * Runs the etcdctl of the cluster's release, set up for the cluster.
 *
 * @returns what etcdctl exits with; 128 and the number of the signal that ended it
 */
export async function etcdctl(
  args: readonly string[],
  options: EtcdctlOptions,
  signal: AbortSignal,
): Promise<number> {
  const source = options.from === undefined ? "deployed" : oneOf("--from", options.from, SOURCES);
  const cluster = await loadCluster(options, "local");
  const outputs =
    source === "definition" ? outputsOf(cluster) : await deployedOutputs(options, FROM_DEFINITION);
  const connection = connectionTo(outputs, { clientName: options.client });
  const { release, sha256, downloadBaseUrl } = cluster.etcd;
  const path = cluster.target === "local" ? cluster.local.etcdPath : undefined;
  const found = await resolveEtcd({ release, sha256, downloadBaseUrl, path, signal });
  if (found.etcdctl === undefined)
    throw new ExternalError(`there is no etcdctl beside ${found.etcd}`, {
      remedy: "Install the etcdctl of the same release there.",
    });
  const child = spawn(found.etcdctl, args, {
    stdio: "inherit",
    env: environmentFor(connection),
  });
  // A terminal's Ctrl-C reaches both; whoever ends this program alone means etcdctl.
  signal.addEventListener("abort", () => child.kill("SIGINT"), { once: true });
  const [code, endedBy] = (await once(child, "exit")) as [number, null] | [null, NodeJS.Signals];
  return code ?? 128 + constants.signals[endedBy];
}

/** Where there are no certificates, a user of the shell's is the only one there can be. */
function environmentFor(connection: Connection): NodeJS.ProcessEnv {
  const { ETCDCTL_USER } = process.env;
  const variables = { ...process.env, ...etcdctlEnvironment(connection) };
  return connection.tls === undefined ? { ...variables, ETCDCTL_USER } : variables;
}
