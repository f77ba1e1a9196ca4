/**
 * What a shell that is set up for etcdctl says of a cluster. Every flag of etcdctl is also a variable, `ETCDCTL_` and the flag's name;
 * those that mean nothing here are ignored.
 *
 * @see https://github.com/etcd-io/etcd/blob/main/etcdctl/README.md#configuration-flags
 */
export interface EtcdctlVariables {
  /** URLs, separated by commas. */
  readonly endpoints?: string | undefined;
  readonly discoverySrv?: string | undefined;
  readonly discoverySrvName?: string | undefined;
  readonly cacert?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** `name` or `name:password`. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** A duration as Go writes it. */
  readonly commandTimeout?: string | undefined;
  /** Somebody wants certificates to go unchecked. */
  readonly skipsTlsVerify: boolean;
  /** Somebody wants TLS also where no certificates are given. */
  readonly insistsOnTls: boolean;
}

/** Go's `strconv.ParseBool`, by which etcdctl reads it. */
const TRUE = ["1", "t", "T", "TRUE", "true", "True"];
const FALSE = ["0", "f", "F", "FALSE", "false", "False"];

/** An empty variable counts as none. */
export function etcdctlVariables(env: NodeJS.ProcessEnv): EtcdctlVariables {
  const verbatim = (name: string): string | undefined => env[`ETCDCTL_${name}`] || undefined;
  const variable = (name: string): string | undefined => verbatim(name)?.trim() || undefined;
  return {
    endpoints: variable("ENDPOINTS"),
    discoverySrv: variable("DISCOVERY_SRV"),
    discoverySrvName: variable("DISCOVERY_SRV_NAME"),
    cacert: variable("CACERT"),
    cert: variable("CERT"),
    key: variable("KEY"),
    // A password may begin and end as it likes.
    user: verbatim("USER"),
    password: verbatim("PASSWORD"),
    commandTimeout: variable("COMMAND_TIMEOUT"),
    skipsTlsVerify: TRUE.includes(variable("INSECURE_SKIP_TLS_VERIFY") ?? ""),
    insistsOnTls: FALSE.includes(variable("INSECURE_TRANSPORT") ?? ""),
  };
}
