import { tlsFilesOf, type Cluster, type Member } from "../cluster/cluster";
import { quoteValue } from "./quoting";
import { renderTemplate } from "./template";

/** For login shells: a bare `etcdctl endpoint health` asks this machine's member, over TLS with the member's own certificate. */
export function renderEtcdctlProfile(cluster: Pick<Cluster, "tls">, member: Member): string {
  const variables = [["ETCDCTL_ENDPOINTS", member.clientUrl]];
  if (cluster.tls !== undefined) {
    const { caFile, certFile, keyFile } = tlsFilesOf(cluster.tls.client, member.name);
    variables.push(["ETCDCTL_CACERT", caFile], ["ETCDCTL_CERT", certFile], ["ETCDCTL_KEY", keyFile]);
  }
  return renderTemplate("etcdctl-profile.sh", {
    tls: cluster.tls !== undefined,
    variables: variables.map(([name, value = ""]) => ({ name, value: quoteValue(value) })),
  });
}
