import { readFileSync } from "node:fs";
import type { Etcd3, IKeyValue, IResponseHeader } from "etcd3";
import { lazyRequire } from "../../../lib/lazy-require";
import type { KeyValue, ResponseHeader } from "./records";

/** Absolute paths. */
export interface TlsFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface ConnectionOptions {
  readonly tls?: TlsFiles | undefined;
  /** Of every call. */
  readonly callTimeoutMs: number;
}

/**
 * A client of one endpoint, with one attempt per call. Apart from lib/verification on purpose: what is under test does not say
 * whether it works.
 */
export function connect(endpoint: string, { tls, callTimeoutMs }: ConnectionOptions): Etcd3 {
  const { Etcd3 } = lazyRequire("etcd3") as typeof import("etcd3");
  const { noop } = lazyRequire("cockatiel") as typeof import("cockatiel");
  return new Etcd3({
    hosts: endpoint,
    // A function: a plain object would be one point in time, past for every later call.
    defaultCallOptions: () => ({ deadline: Date.now() + callTimeoutMs }),
    // The default sends a write again after a timeout: https://github.com/microsoft/etcd3#usage
    faultHandling: { host: () => noop, global: noop },
    grpcOptions: {
      "grpc.enable_http_proxy": 0,
      // What one lane does to its connection is not to break another lane's calls.
      "grpc.use_local_subchannel_pool": 1,
      // gRPC waits up to 120 s before it tries a dead endpoint again.
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 500,
    },
    ...(tls === undefined ? {} : { credentials: credentialsOf(tls) }),
  });
}

function credentialsOf({ caFile, certFile, keyFile }: TlsFiles): {
  rootCertificate: Buffer;
  certChain: Buffer;
  privateKey: Buffer;
} {
  return {
    rootCertificate: readFileSync(caFile),
    certChain: readFileSync(certFile),
    privateKey: readFileSync(keyFile),
  };
}

export function headerOf(header: IResponseHeader): ResponseHeader {
  return {
    clusterId: hex(header.cluster_id),
    memberId: hex(header.member_id),
    revision: Number(header.revision),
    raftTerm: Number(header.raft_term),
  };
}

export function keyValueOf(kv: IKeyValue): KeyValue {
  return {
    key: kv.key.toString(),
    value: kv.value.toString(),
    createRevision: Number(kv.create_revision),
    modRevision: Number(kv.mod_revision),
    version: Number(kv.version),
  };
}

/** etcd3 gives 64-bit IDs as decimal text; a number would corrupt them. */
const hex = (id: string): string => BigInt(id).toString(16);
