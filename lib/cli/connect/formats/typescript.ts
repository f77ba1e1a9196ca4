import { PASSWORD_VARIABLE, type Connection } from "../connection";

export function typescript({ endpoints, tls, user }: Connection): string {
  const hosts = endpoints.map((endpoint) => `    ${JSON.stringify(endpoint)},`).join("\n");
  const read = (file: string): string => `readFileSync(${JSON.stringify(file)})`;
  const credentials =
    tls === undefined
      ? ""
      : `  // The server name is each endpoint's own host; another one: grpcOptions: { "grpc.ssl_target_name_override": NAME }
  credentials: {
    rootCertificate: ${read(tls.caFile)},
    certChain: ${read(tls.certFile)},
    privateKey: ${read(tls.keyFile)},
  },
`;
  const auth =
    user === undefined
      ? ""
      : `  auth: { username: ${JSON.stringify(user)}, password: process.env["${PASSWORD_VARIABLE}"] ?? "" },
`;
  return `${tls === undefined ? "" : 'import { readFileSync } from "node:fs";\n'}import { Etcd3 } from "etcd3";

export const etcd = new Etcd3({
  hosts: [
${hosts}
  ],
${credentials}${auth}  // By itself the client waits for ever: a function, because a plain object would be one point in time.
  defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + 5000 }),
});`;
}
