import type { Etcd3 } from "etcd3";
import { isIPv6 } from "node:net";
import { UsageError } from "../errors";
import { lazyRequire } from "../lazy-require";
import { boundHandshakes } from "./bound-handshakes";
import type { TlsOptions } from "./credentials";
import { keepConnections } from "./keep-connections";
import { loadEtcd3 } from "./load-etcd3";
import type { Target } from "./target";

export interface Etcd3Options {
  readonly tls?: TlsOptions | undefined;
  /** The longest that a call which begins now may take. Streams bound themselves. */
  readonly leftMs: () => number;
}

/**
 * A client of one endpoint, every call of which is one attempt under one deadline. Connects nowhere yet: the first call does.
 *
 * @throws UsageError if certificate and key cannot be used
 */
export function openEtcd3({ endpoint, address, serverName }: Target, { tls, leftMs }: Etcd3Options): Etcd3 {
  const { Etcd3 } = loadEtcd3();
  const { noop } = lazyRequire("cockatiel") as typeof import("cockatiel");
  const isTls = endpoint.startsWith("https:");
  const isTunnel = address.host !== serverName;
  const { host, port } = address;
  try {
    const etcd = new Etcd3({
      hosts: `${isTls ? "https" : "http"}://${isIPv6(host) ? `[${host}]` : host}:${port}`,
      // A function: a plain object would be one point in time, past for every later call.
      defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + leftMs() }),
      // The default retries three times (also writes) and then hides the cause behind an open circuit breaker.
      faultHandling: { host: () => noop, global: noop },
      grpcOptions: {
        // Members are asked directly: http_proxy in the environment would send the questions elsewhere.
        "grpc.enable_http_proxy": 0,
        // Nobody looks at gRPC's own books, and keeping them costs some of the time of many endpoints.
        "grpc.enable_channelz": 0,
        // etcd's own client sets no limit either; gRPC's is 4 MiB, which a list of some thousand keys exceeds.
        "grpc.max_receive_message_length": -1,
        ...(isTunnel
          ? {
              "grpc.ssl_target_name_override": serverName,
              "grpc.default_authority": new URL(endpoint).host,
            }
          : {}),
        // etcd refuses pings more often than every 5 s (--grpc-keepalive-min-time).
        "grpc.keepalive_time_ms": 6000,
        "grpc.keepalive_timeout_ms": 2000,
        // gRPC waits up to 120 s before it tries a dead endpoint again; whoever waits for a member asks more often.
        "grpc.initial_reconnect_backoff_ms": 100,
        "grpc.max_reconnect_backoff_ms": 500,
      },
      ...(tls !== undefined && isTls ? { credentials: credentialsOf(tls) } : {}),
    });
    return boundHandshakes(keepConnections(etcd), leftMs);
  } catch (error) {
    throw new UsageError(`the TLS certificate, key or CA cannot be used: ${String(error)}`, {
      remedy: "Give PEM files, and the key that belongs to the certificate.",
      cause: error,
    });
  }
}

function credentialsOf({ ca, cert, key }: TlsOptions): {
  rootCertificate: Buffer;
  certChain?: Buffer;
  privateKey?: Buffer;
} {
  return {
    // etcd3 declares the CA as required, but hands it to gRPC as it is, which takes null for Node's own CAs.
    rootCertificate: (ca ?? null) as Buffer,
    ...(cert === undefined ? {} : { certChain: cert }),
    ...(key === undefined ? {} : { privateKey: key }),
  };
}
