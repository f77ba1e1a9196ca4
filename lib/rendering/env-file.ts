import { initialCluster, tlsFilesOf, type Cluster, type Member } from "../cluster/cluster";
import { effectiveSettings, settingVariables } from "../cluster/settings";
import { quoteValue, refuseUnwritable } from "./quoting";
import { renderTemplate } from "./template";

export interface EnvFileOptions {
  /** The etcd that will read the file, e.g. `3.6.14`: releases differ in what they call a setting. */
  readonly release: string;
  /** `ETCD_DATA_DIR`, absolute. */
  readonly dataDir: string;
  /**
   * `existing` for a member that joins a cluster by `member add`.
   * @default "new"
   */
  readonly initialClusterState?: "new" | "existing";
}

interface Group {
  readonly title: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Every setting of one member as `ETCD_*` lines, in the same order at every call. It must be all of them: etcd takes nothing from
 * its command line.
 *
 * @throws DefinitionError when a value cannot be written safely, naming each variable
 */
export function renderEnvFile(cluster: Cluster, member: Member, options: EnvFileOptions): string {
  const groups = [
    identity(member, options),
    listeners(cluster, member),
    formation(cluster, options),
    ...tls(cluster, member),
    settingsOf(cluster, options),
  ];
  refuseUnwritable(groups.flatMap(({ variables }) => Object.entries(variables)));
  return renderTemplate("etcd.env", {
    groups: groups.map(({ title, variables }) => ({
      title,
      variables: Object.entries(variables).map(([name, value]) => ({ name, value: quoteValue(value) })),
    })),
  });
}

function identity(member: Member, { dataDir }: EnvFileOptions): Group {
  return {
    title: "Identity",
    variables: { ETCD_NAME: member.name, ETCD_DATA_DIR: dataDir },
  };
}

function listeners(cluster: Cluster, member: Member): Group {
  return {
    title: "Where this member listens, and what it tells the others and its clients",
    variables: {
      ETCD_LISTEN_PEER_URLS: member.peerUrl,
      ETCD_LISTEN_CLIENT_URLS: clientListeners(cluster, member).join(","),
      ETCD_INITIAL_ADVERTISE_PEER_URLS: member.peerUrl,
      ETCD_ADVERTISE_CLIENT_URLS: member.clientUrl,
      ...(member.metricsUrl === undefined ? {} : { ETCD_LISTEN_METRICS_URLS: member.metricsUrl }),
    },
  };
}

/** On its own machine a member also listens on loopback, where etcdctl looks for one by itself. */
function clientListeners(cluster: Cluster, member: Member): string[] {
  if (cluster.target !== "aws") return [member.clientUrl];
  const loopback = new URL(member.clientUrl);
  loopback.hostname = "127.0.0.1";
  return [member.clientUrl, loopback.origin];
}

function formation(cluster: Cluster, { initialClusterState = "new" }: EnvFileOptions): Group {
  return {
    title: "How the cluster came together; of no effect once this member has data",
    variables: {
      ETCD_INITIAL_CLUSTER: initialCluster(cluster.members),
      ETCD_INITIAL_CLUSTER_STATE: initialClusterState,
      ETCD_INITIAL_CLUSTER_TOKEN: cluster.etcd.initialClusterToken,
    },
  };
}

function tls(cluster: Cluster, member: Member): Group[] {
  if (cluster.tls === undefined) return [];
  const client = tlsFilesOf(cluster.tls.client, member.name);
  const peer = tlsFilesOf(cluster.tls.peer, member.name);
  return [
    {
      title: "Mutual TLS, towards clients and among members",
      variables: {
        ETCD_TRUSTED_CA_FILE: client.caFile,
        ETCD_CERT_FILE: client.certFile,
        ETCD_KEY_FILE: client.keyFile,
        ETCD_CLIENT_CERT_AUTH: "true",
        ETCD_PEER_TRUSTED_CA_FILE: peer.caFile,
        ETCD_PEER_CERT_FILE: peer.certFile,
        ETCD_PEER_KEY_FILE: peer.keyFile,
        ETCD_PEER_CLIENT_CERT_AUTH: "true",
      },
    },
  ];
}

function settingsOf(cluster: Cluster, { release }: EnvFileOptions): Group {
  const settings = effectiveSettings(cluster.etcd.settings, release);
  return {
    title: `Settings, as etcd ${release} calls them`,
    variables: Object.fromEntries(settingVariables(settings, release)),
  };
}
