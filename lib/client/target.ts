/** One address to ask, and what to call whoever answers there. */
export interface Target {
  /** Member name where it is known, or the endpoint. */
  readonly label: string;
  /** Normalised: scheme, host and port, no trailing slash. */
  readonly endpoint: string;
  /** Where to connect to; differs from the endpoint's own host and port when there is a tunnel. */
  readonly address: Address;
  /** Whom the certificate must be for: the endpoint's host, also through a tunnel. */
  readonly serverName: string;
}

export interface Address {
  /** Host name or IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}
