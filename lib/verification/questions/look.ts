import { isLoopback, isUnspecified } from "../hosts";
import { addressOf, pause, type Target } from "../../client";
import type { TlsContexts } from "./tls-contexts";
import { tlsProbe, type TlsSight } from "./tls-probe";
import { versionInTheClear, versionOverTls, type VersionAnswer } from "./version-probe";

/** What can be seen at an endpoint from outside, when it gives no status. */
export interface Sight {
  /** Shaking hands with the certificate that was given; also tells whether a connection comes about, TLS or not. */
  readonly tls: TlsSight;
  readonly inTheClear: VersionAnswer;
  readonly overTls: VersionAnswer;
  /** Its port for peers, if that can be reached from here. */
  readonly peer: PeerSight | undefined;
}

export interface PeerSight {
  /** Whether the process behind it does anything. */
  readonly isAlive: boolean;
  /** Empty for plain text. */
  readonly chain: TlsSight["chain"];
  readonly chainError: string | undefined;
}

/** How long a look may take. */
export interface LookTimes {
  readonly timeoutMs: number;
  /**
   * How long to look from one side only: most of the slow answer after all, and more connections would make them slower.
   */
  readonly holdBackMs: number;
  /** Nobody wants to know any more. */
  readonly signal: AbortSignal;
}

/** Looks at an endpoint from all sides. Never rejects; `undefined` if nobody wanted to know any more. */
export async function lookAt(
  target: Target,
  peerUrls: () => readonly string[],
  contexts: TlsContexts,
  { timeoutMs, holdBackMs, signal }: LookTimes,
): Promise<Sight | undefined> {
  const shakingHands = tlsProbe(target, contexts.own(), timeoutMs);
  if (!(await pause(holdBackMs, signal))) return undefined;
  const leftMs = timeoutMs - holdBackMs;
  const [tls, inTheClear, overTls, peer] = await Promise.all([
    shakingHands,
    versionInTheClear(target.address, leftMs),
    versionOverTls(target.address, leftMs),
    lookAtPeer(target, peerUrls(), contexts, leftMs),
  ]);
  return { tls, inTheClear, overTls, peer };
}

async function lookAtPeer(
  target: Target,
  peerUrls: readonly string[],
  contexts: TlsContexts,
  timeoutMs: number,
): Promise<PeerSight | undefined> {
  const url = peerUrls.find((candidate) => whyNotFromHere(target, candidate) === undefined);
  if (url === undefined) return undefined;
  const address = addressOf(url);
  const [tls, version] = await Promise.all([
    tlsProbe({ address, serverName: address.host }, contexts.peer(), timeoutMs),
    url.startsWith("https:") ? "silent" : versionInTheClear(address, timeoutMs),
  ]);
  const { connected, chain, chainError, error } = tls;
  const isAlive = version === "etcd" || chain.length > 0 || error !== undefined;
  return connected ? { isAlive, chain, chainError } : undefined;
}

/** Why a URL for peers does not lead to the member from this machine; `undefined`: try it. */
export function whyNotFromHere({ address, serverName }: Target, peerUrl: string): string | undefined {
  if (address.host !== serverName) return "asked through a tunnel, which leads to its client port only";
  // etcd takes Unix sockets and addresses with a zone too.
  if (!/^https?:/.test(peerUrl) || !URL.canParse(peerUrl)) return `${peerUrl} cannot be tried from here`;
  const { host } = addressOf(peerUrl);
  const isOfItsOwnMachine = isLoopback(host) || isUnspecified(host);
  return isOfItsOwnMachine && !isLoopback(serverName) ? `${peerUrl} leads nowhere from here` : undefined;
}
