import { resolve } from "node:path";
import type { TestEtcd } from "../support/etcd";
import type { RawCluster } from "../support/raw-cluster";
import type { Command } from "./measure";

/** Where to ask, and what to show there. */
export interface Asked {
  readonly binaries: TestEtcd;
  readonly endpoints: readonly string[];
  /** PEM files; `undefined` for plain text. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;
}

/** A call of a tool that operators have, and how often it takes that to learn what `checks` tell. */
export interface Call extends Command {
  readonly checks: string;
  readonly times: number;
}

export function askedOf(cluster: RawCluster, binaries: TestEtcd): Asked {
  const { endpoints, secrets } = cluster;
  if (secrets === undefined) return { binaries, endpoints };
  const { certFile: cert, keyFile: key } = secrets.operator;
  return { binaries, endpoints, tls: { ca: secrets.clientAuthority.caFile, cert, key } };
}

/** The command line that npm ships, asking the same. */
export function cdktfEtcd(label: string, { endpoints, tls }: Asked, ...args: readonly string[]): Command {
  const [command = "verify", ...options] = args;
  return {
    label,
    argv: [
      process.execPath,
      resolve("dist/bin/cdktf-etcd.js"),
      ...command.split(" "),
      "--endpoints",
      endpoints.join(","),
      ...(tls === undefined ? [] : ["--cacert", tls.ca, "--cert", tls.cert, "--key", tls.key]),
      ...options,
    ],
  };
}

export function etcdctl({ binaries, endpoints, tls }: Asked, ...args: readonly string[]): Command {
  return {
    label: `etcdctl ${args.join(" ")}`,
    argv: [
      binaries.etcdctl,
      "--endpoints",
      endpoints.join(","),
      ...(tls === undefined ? [] : ["--cacert", tls.ca, "--cert", tls.cert, "--key", tls.key]),
      ...args,
    ],
    env: { ETCDCTL_API: "3" },
  };
}

/**
 * What has to be called to know what a verification tells, with as few calls as there can be: one call is enough where it answers for
 * all members, or for several checks. Comparing the answers is left to the reader, and so is waiting for the lease to end.
 */
export function sameFacts(asked: Asked, peerUrls: readonly string[]): Call[] {
  const members = asked.endpoints.length;
  const [first = ""] = asked.endpoints;
  const one: Asked = { ...asked, endpoints: [first] };
  const once = (checks: string, ...args: readonly string[]): Call => ({
    ...etcdctl(asked, ...args),
    checks,
    times: 1,
  });
  const each = (checks: string, ...args: readonly string[]): Call => ({
    ...etcdctl(one, ...args),
    checks,
    times: members,
  });
  return [
    once(
      "member-answers, same-cluster, one-leader, raft-term, raft-lag, learners, release, known-releases, fragmentation",
      "endpoint",
      "status",
    ),
    once("stable-leader: once more, later", "endpoint", "status", "--write-out=json"),
    once("member-answers", "endpoint", "health"),
    once("same-data", "endpoint", "hashkv"),
    once("no-alarms", "alarm", "list"),
    once("authentication", "auth", "status"),
    each("membership, advertised-urls: each member's view", "member", "list"),
    each("write-read", "put", "bench/a", "1"),
    each("write-read", "get", "bench/a"),
    once("write-read", "del", "bench/b"),
    watch(one, members),
    once("lease-expires", "lease", "grant", "2"),
    each("lease-expires: gone everywhere", "get", "bench/c", "--consistency=s"),
    curl("database-size, compaction, disk-latency, round-trip, clock", one, `${first}/metrics`, members),
    ...(asked.tls === undefined ? [] : tlsCalls(one, asked.tls, first, peerUrls, members)),
  ];
}

/** Until the event of the put above comes. */
function watch(one: Asked, times: number): Call {
  const { argv, env } = etcdctl(one, "watch", "bench/a", "--rev=1");
  return {
    label: "etcdctl watch bench/a",
    argv: ["bash", "-c", 'exec 3< <(exec "$@"); read -r line <&3; kill $!', "watch", ...argv],
    ...(env === undefined ? {} : { env }),
    checks: "watch-sees",
    times,
  };
}

function curl(
  checks: string,
  { tls }: Asked,
  url: string,
  times: number,
  shown: "certificate" | "none" = "certificate",
): Call {
  const own =
    tls === undefined
      ? []
      : ["--cacert", tls.ca, ...(shown === "none" ? [] : ["--cert", tls.cert, "--key", tls.key])];
  return {
    label: `curl ${url.replace(/\/\/[^/]+/, "//…")}${shown === "none" ? " without a certificate" : ""}`,
    argv: ["curl", "--silent", "--include", ...own, url],
    checks,
    times,
    mayFail: true,
  };
}

function tlsCalls(
  one: Asked,
  tls: NonNullable<Asked["tls"]>,
  endpoint: string,
  [peerUrl = ""]: readonly string[],
  times: number,
): Call[] {
  const handshake = (checks: string, url: string): Call => ({
    label: `openssl s_client, ${checks.startsWith("peer") ? "peer" : "client"} port`,
    argv: [
      "openssl",
      "s_client",
      "-connect",
      new URL(url).host,
      "-CAfile",
      tls.ca,
      "-cert",
      tls.cert,
      "-key",
      tls.key,
    ],
    checks,
    times,
    mayFail: true,
  });
  return [
    handshake("client-certificate", endpoint),
    handshake("peer-certificate", peerUrl),
    curl("client-access: nobody without a certificate", one, `${endpoint}/version`, times, "none"),
    curl(
      "client-access: not in plain text",
      one,
      `${endpoint.replace("https", "http")}/version`,
      times,
      "none",
    ),
    curl("peer-access: nobody without a certificate", one, `${peerUrl}/version`, times, "none"),
    curl("peer-access: not in plain text", one, `${peerUrl.replace("https", "http")}/version`, times, "none"),
  ];
}
