import type { Connection } from "./connection";

/**
 * etcdctl's own variables; it takes the password from ETCDCTL_PASSWORD, which is its owner's. https://etcd.io/docs/v3.5/dev-guide/interacting_v3/
 *
 * @returns `undefined` for what must not be set, as it would be left of another connection and say who asks, or whom
 */
export function etcdctlEnvironment({
  endpoints,
  tls,
  user,
}: Connection): Readonly<Record<string, string | undefined>> {
  return {
    ETCDCTL_API: "3",
    ETCDCTL_ENDPOINTS: endpoints.join(","),
    // Goes before endpoints.
    ETCDCTL_DISCOVERY_SRV: undefined,
    ETCDCTL_CACERT: tls?.caFile,
    ETCDCTL_CERT: tls?.certFile,
    ETCDCTL_KEY: tls?.keyFile,
    ETCDCTL_USER: user,
  };
}
