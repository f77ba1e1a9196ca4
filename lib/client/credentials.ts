/** Who vouches for whom; PEM. Used for `https://` endpoints only. */
export interface TlsOptions {
  /** CA that signed the members' certificates. @default - the CAs that Node trusts */
  readonly ca?: Buffer | undefined;
  /** Client certificate; needs `key`. @default - none */
  readonly cert?: Buffer | undefined;
  /** Private key of `cert`. @default - none */
  readonly key?: Buffer | undefined;
  /** CA that signed the members' certificates for their peers. @default - `ca` */
  readonly peerCa?: Buffer | undefined;
}

/** A user of etcd's own authentication. */
export interface UserCredentials {
  readonly name: string;
  readonly password: string;
}
