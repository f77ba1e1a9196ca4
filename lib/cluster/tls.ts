import type { Target, Tls, TlsFiles } from "./cluster";
import { OPERATOR, pkiLayout, type KeyPairFiles } from "./pki-layout";
import type { ParsedDefinition } from "./schema";

/** Where a machine on AWS keeps what it fetched from the bucket. */
export const MACHINE_TLS_FOLDER = "/etc/etcd/tls";

/** Certificates as the definition says: those that `cdktf-etcd pki` keeps, files of its own, or none. */
export function resolveTls({ name, tls }: ParsedDefinition, target: Target): Tls | undefined {
  if (tls === false) return undefined;
  if (tls !== undefined) return { pkiFolder: undefined, ...tls };
  const layout = pkiLayout(name);
  const operator = files(layout.clientCa, layout.client(OPERATOR));
  if (target === "local") {
    return {
      pkiFolder: layout.folder,
      client: files(layout.clientCa, layout.server("{member}")),
      peer: files(layout.peerCa, layout.peer("{member}")),
      operator,
    };
  }
  return {
    pkiFolder: layout.folder,
    client: onMachine("client-ca", "server"),
    peer: onMachine("peer-ca", "peer"),
    operator,
  };
}

function files(ca: KeyPairFiles, leaf: KeyPairFiles): TlsFiles {
  return { caFile: ca.certFile, certFile: leaf.certFile, keyFile: leaf.keyFile };
}

function onMachine(ca: string, leaf: string): TlsFiles {
  const at = (file: string): string => `${MACHINE_TLS_FOLDER}/${file}`;
  return { caFile: at(`${ca}.crt`), certFile: at(`${leaf}.crt`), keyFile: at(`${leaf}.key`) };
}
