/**
 * Where `cdktf-etcd pki` keeps a cluster's certificates and keys. Paths are relative to the project's folder, so that nothing that is
 * made of them knows the machine.
 */

/** Folder of all clusters' certificates; git ignores what is in it. */
export const PKI_ROOT = "pki";

/** The client certificate that `verify` and `status` present. */
export const OPERATOR = "operator";

/** A PEM certificate and its PEM private key. */
export interface KeyPairFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface PkiLayout {
  readonly folder: string;
  /** Signs the members' server certificates and all client certificates. */
  readonly clientCa: KeyPairFiles;
  /** Signs what members present to each other. */
  readonly peerCa: KeyPairFiles;
  /** What a member serves clients with. */
  readonly server: (memberName: string) => KeyPairFiles;
  /** What a member presents to other members, in both directions. */
  readonly peer: (memberName: string) => KeyPairFiles;
  /** What an operator or application presents. */
  readonly client: (clientName: string) => KeyPairFiles;
}

export function pkiLayout(clusterName: string): PkiLayout {
  const folder = `${PKI_ROOT}/${clusterName}`;
  const pair = (path: string): KeyPairFiles => ({
    certFile: `${folder}/${path}.crt`,
    keyFile: `${folder}/${path}.key`,
  });
  return {
    folder,
    clientCa: pair("client-ca"),
    peerCa: pair("peer-ca"),
    server: (memberName) => pair(`members/${memberName}/server`),
    peer: (memberName) => pair(`members/${memberName}/peer`),
    client: (clientName) => pair(`clients/${clientName}`),
  };
}
