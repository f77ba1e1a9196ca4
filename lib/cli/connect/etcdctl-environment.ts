import type { Connection } from "./connection";

/** etcdctl's own variables; it takes the password from ETCDCTL_PASSWORD. https://etcd.io/docs/v3.5/dev-guide/interacting_v3/ */
export function etcdctlEnvironment({ endpoints, tls, user }: Connection): Readonly<Record<string, string>> {
  return {
    ETCDCTL_API: "3",
    ETCDCTL_ENDPOINTS: endpoints.join(","),
    ...(tls === undefined
      ? {}
      : { ETCDCTL_CACERT: tls.caFile, ETCDCTL_CERT: tls.certFile, ETCDCTL_KEY: tls.keyFile }),
    ...(user === undefined ? {} : { ETCDCTL_USER: user }),
  };
}
