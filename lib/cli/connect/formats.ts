import type { Connection } from "./connection";

/** How a connection can be written down: one function each, whose text has no line feed at its end. */
export const connectionFormats = { shell, json, typescript } as const;
export type ConnectionFormat = keyof typeof connectionFormats;

/** etcdctl's own variables. https://etcd.io/docs/v3.5/dev-guide/interacting_v3/ */
export function etcdctlEnvironment({ endpoints, tls }: Connection): Readonly<Record<string, string>> {
  return {
    ETCDCTL_API: "3",
    ETCDCTL_ENDPOINTS: endpoints.join(","),
    ...(tls === undefined
      ? {}
      : { ETCDCTL_CACERT: tls.caFile, ETCDCTL_CERT: tls.certFile, ETCDCTL_KEY: tls.keyFile }),
  };
}

/** For `eval "$(cdktf-etcd connect)"`. */
function shell(connection: Connection): string {
  return Object.entries(etcdctlEnvironment(connection))
    .map(([name, value]) => `export ${name}=${quoted(value)}`)
    .join("\n");
}

/** Inside single quotes nothing but their end means anything to a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** For programs. `schemaVersion` is raised when a field goes away or changes its meaning. */
function json({ clusterName, endpoints, tls }: Connection): string {
  return JSON.stringify({ schemaVersion: 1, clusterName, endpoints, tls: tls ?? null }, null, 2);
}

function typescript({ endpoints, tls }: Connection): string {
  const hosts = endpoints.map((endpoint) => `    ${JSON.stringify(endpoint)},`).join("\n");
  const read = (file: string): string => `readFileSync(${JSON.stringify(file)})`;
  const credentials =
    tls === undefined
      ? ""
      : `  credentials: {
    rootCertificate: ${read(tls.caFile)},
    certChain: ${read(tls.certFile)},
    privateKey: ${read(tls.keyFile)},
  },
`;
  return `${tls === undefined ? "" : 'import { readFileSync } from "node:fs";\n'}import { Etcd3 } from "etcd3";

export const etcd = new Etcd3({
  hosts: [
${hosts}
  ],
${credentials}  // By itself the client waits for ever: a function, because a plain object would be one point in time.
  defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + 5000 }),
});`;
}
