import type { Connection } from "../connection";
import { etcdctlEnvironment } from "../etcdctl-environment";

/** For `eval "$(cdktf-etcd connect)"`. */
export function shell(connection: Connection): string {
  return Object.entries(etcdctlEnvironment(connection))
    .map(([name, value]) => (value === undefined ? `unset ${name}` : `export ${name}=${quoted(value)}`))
    .join("\n");
}

/** Inside single quotes nothing but their end means anything to a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
