import { readFileSync } from "node:fs";
import { ServiceRegistry } from "cdktf-etcd/discovery";

/** What `cdktf-etcd connect --output json` prints, `null` where the cluster has none. */
interface Connection {
  readonly endpoints: readonly string[];
  readonly tls: { readonly caFile: string; readonly certFile: string; readonly keyFile: string } | null;
  readonly user: string | null;
}

/** The registry of the cluster that ETCD_CONNECTION describes; a password stands in ETCDCTL_PASSWORD. */
export function openRegistry(): ServiceRegistry {
  const text = process.env["ETCD_CONNECTION"];
  if (text === undefined || text === "")
    throw new Error(
      'ETCD_CONNECTION is not set: export ETCD_CONNECTION="$(npm run -s cli -- connect --output json)"',
    );
  const { endpoints, tls, user } = JSON.parse(text) as Connection;
  return new ServiceRegistry({
    endpoints,
    tls: tls
      ? {
          ca: readFileSync(tls.caFile),
          cert: readFileSync(tls.certFile),
          key: readFileSync(tls.keyFile),
        }
      : undefined,
    user: user === null ? undefined : { name: user, password: process.env["ETCDCTL_PASSWORD"] ?? "" },
  });
}
