import type { Target } from "../../cluster/cluster";
import type { ClusterOutputs } from "../../cluster/outputs";
import { UsageError } from "../../errors";
import type { ClusterToAsk, TlsOptions, UserCredentials } from "../../verification";
import { definitionFile, loadCluster, type DefinitionOptions } from "../definition-file";
import { OUTPUTS_VARIABLE } from "../deploy-variables";
import { oneOf } from "../one-of";
import { readTlsFiles, type TlsFileOptions } from "../tls-files";
import { credentialsOf } from "./credentials";
import { discoverEndpoints } from "./discover";
import type { EtcdctlVariables } from "./etcdctl-variables";

/** Where the members' addresses come from, when no endpoints are given. */
export const SOURCES = ["deployed", "definition"] as const;

/** Options that say whom to ask, and as whom. */
export interface WhomOptions extends DefinitionOptions, TlsFileOptions {
  readonly endpoints?: string | undefined;
  readonly discoverySrv?: string | undefined;
  readonly discoverySrvName?: string | undefined;
  readonly from?: string | undefined;
  /** A way that leads to instances of the deployed cluster. */
  readonly via?: string | undefined;
  /** `name` or `name:password`. */
  readonly user?: string | undefined;
}

export interface Whom {
  readonly cluster: ClusterToAsk;
  readonly tls: TlsOptions | undefined;
  readonly user: UserCredentials | undefined;
  /** Members on AWS are in a private network that this machine need not have a way into. */
  readonly privateNetwork: boolean;
  /** Of the deployed cluster; undefined when somebody else is asked. */
  readonly outputs: ClusterOutputs | undefined;
  /** Whom, in words, when it is neither the deployed cluster nor what was just typed. */
  readonly notice: string | undefined;
}

/**
 * Whom to ask: what was typed goes first, then what the environment has for etcdctl, then the deployed cluster.
 *
 * etcdctl's variables describe one cluster: certificates and user count with endpoints that came by hand or from the environment, never
 * for a cluster that is known from its deploy or definition, which has its own.
 *
 * @throws {UsageError} for options that contradict each other or cannot be used
 * @throws {ExternalError} when nothing is deployed, or what was named cannot be read or found
 */
export async function whomToAsk(options: WhomOptions, variables: EtcdctlVariables): Promise<Whom> {
  refuseContradictions(options);
  if (options.endpoints !== undefined)
    return byEndpoints(splitList(options.endpoints), undefined, options, variables);
  if (options.discoverySrv !== undefined)
    return byDiscovery(options.discoverySrv, "--discovery-srv", options, variables);
  if (!namesCluster(options)) {
    // Discovery before endpoints, as etcdctl does.
    if (variables.discoverySrv !== undefined)
      return byDiscovery(variables.discoverySrv, "ETCDCTL_DISCOVERY_SRV", options, variables);
    if (variables.endpoints !== undefined) {
      const endpoints = splitList(variables.endpoints);
      return byEndpoints(endpoints, `asking ETCDCTL_ENDPOINTS: ${shown(endpoints)}`, options, variables);
    }
  }
  return options.from === "definition" ? byDefinition(options, variables) : byOutputs(options, variables);
}

function refuseContradictions({ endpoints, discoverySrv, discoverySrvName, from, via }: WhomOptions): void {
  if (from !== undefined) oneOf("--from", from, SOURCES);
  const given = [
    ...(endpoints === undefined ? [] : ["--endpoints"]),
    ...(discoverySrv === undefined ? [] : ["--discovery-srv"]),
    ...(from === undefined ? [] : ["--from"]),
  ];
  if (given.length > 1)
    throw new UsageError(`${given.join(" and ")} each say whom to ask`, { remedy: "Give one of them." });
  if (
    via !== undefined &&
    (endpoints ?? discoverySrv ?? (from === "definition" ? from : undefined)) !== undefined
  )
    throw new UsageError(
      "--via leads to the instances of the deployed cluster, and somebody else is to be asked",
      {
        remedy: "Leave out --endpoints, --discovery-srv and --from definition.",
      },
    );
  if (discoverySrvName !== undefined && discoverySrv === undefined)
    throw new UsageError("--discovery-srv-name is of use with --discovery-srv only");
}

/** Whether the cluster was named in this program's own words, which say more of it than a shell made for etcdctl does. */
function namesCluster({ cluster, target, from, via }: WhomOptions): boolean {
  const own = [
    cluster,
    target,
    from,
    via,
    ...["CLUSTER", "TARGET", OUTPUTS_VARIABLE].map((name) => process.env[name]),
  ];
  return own.some((value) => value !== undefined && value !== "");
}

async function byDiscovery(
  domain: string,
  origin: string,
  options: WhomOptions,
  variables: EtcdctlVariables,
): Promise<Whom> {
  const serviceName = options.discoverySrvName ?? variables.discoverySrvName;
  const endpoints = await discoverEndpoints({ domain, serviceName });
  return byEndpoints(endpoints, `asking ${shown(endpoints)}, found by ${origin}`, options, variables);
}

function byEndpoints(
  endpoints: readonly string[],
  notice: string | undefined,
  options: WhomOptions,
  variables: EtcdctlVariables,
): Whom {
  if (variables.skipsTlsVerify)
    throw new UsageError(
      "ETCDCTL_INSECURE_SKIP_TLS_VERIFY is set, and certificates are always checked here",
      {
        remedy: "Unset it, and name the CA of the members with --cacert or ETCDCTL_CACERT.",
      },
    );
  const tls = readTlsFiles(options, { variables });
  return {
    cluster: {
      endpoints: tls === undefined && !variables.insistsOnTls ? endpoints : endpoints.map(overTls),
    },
    tls,
    user: userOf(options, variables, variables.user),
    privateNetwork: false,
    outputs: undefined,
    notice,
  };
}

/** Without a scheme, certificates decide, or else ETCDCTL_INSECURE_TRANSPORT, as for etcdctl: `credentialsForEndpoint` in https://github.com/etcd-io/etcd/blob/v3.5.16/client/v3/client.go */
const overTls = (endpoint: string): string => (endpoint.includes("://") ? endpoint : `https://${endpoint}`);

async function byDefinition(options: WhomOptions, variables: EtcdctlVariables): Promise<Whom> {
  const cluster = await loadCluster(options, "local");
  const { expectedOfDefinition, peerCaOf } = await import("./expected.js");
  const operator = cluster.tls?.operator;
  return {
    cluster: { expectation: expectedOfDefinition(cluster) },
    tls: withPeerCa(
      readTlsFiles(options, { own: operator }),
      operator && peerCaOf(cluster.name, operator.caFile),
    ),
    user: userOf(options, variables, undefined),
    privateNetwork: cluster.target === "aws",
    outputs: undefined,
    notice: `asking the members that ${definitionFile(options)} defines${where(cluster.target)}`,
  };
}

async function byOutputs(options: WhomOptions, variables: EtcdctlVariables): Promise<Whom> {
  // Not for those who name endpoints: reading outputs takes zod, which costs as much as asking three members.
  const { deployedOutputs } = await import("../deployed.js");
  const { clusterOn } = await import("../state-place.js");
  const outputs = await deployedOutputs(options);
  const tls = readTlsFiles(options, { own: outputs.tls });
  const { expectedOfOutputs, peerCaOf } = await import("./expected.js");
  const cluster = await clusterOn(outputs.target, options);
  const definition = cluster?.name === outputs.name ? { file: definitionFile(options), cluster } : undefined;
  return {
    cluster: { expectation: expectedOfOutputs(outputs, definition) },
    tls: withPeerCa(tls, outputs.tls && peerCaOf(outputs.name, outputs.tls.caFile)),
    user: userOf(options, variables, undefined),
    privateNetwork: outputs.target === "aws",
    outputs,
    notice: undefined,
  };
}

const where = (target: Target): string => (target === "aws" ? " on AWS" : " on this machine");

function withPeerCa(tls: TlsOptions | undefined, peerCa: Buffer | undefined): TlsOptions | undefined {
  return tls === undefined || peerCa === undefined ? tls : { ...tls, peerCa };
}

function userOf(
  { user }: WhomOptions,
  { password }: EtcdctlVariables,
  ofVariable: string | undefined,
): UserCredentials | undefined {
  if (user !== undefined) return credentialsOf({ text: user, origin: "--user" }, password);
  if (ofVariable !== undefined) return credentialsOf({ text: ofVariable, origin: "ETCDCTL_USER" }, password);
  return undefined;
}

/** The items of a list as it is typed: separated by commas, blanks and empty ones aside. */
export function splitList(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** A few addresses, so that the line can be read. */
function shown(endpoints: readonly string[]): string {
  const FEW = 5;
  const more = endpoints.length - FEW;
  return more > 0 ? `${endpoints.slice(0, FEW).join(", ")} and ${more} more` : endpoints.join(", ");
}
