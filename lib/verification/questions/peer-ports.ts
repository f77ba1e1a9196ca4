import { addressOf, type Answer, type Target } from "../../client";
import type { ClusterExpectation } from "../expectation";
import type { ListedMember } from "./answers";
import type { StatusAnswer } from "./ask";
import { whyNotFromHere } from "./look";
import type { TlsContexts } from "./tls-contexts";
import { tlsProbe, type TlsSight } from "./tls-probe";
import { versionInTheClear, type VersionAnswer } from "./version-probe";

/** What can be seen, without a certificate, where a member listens for its peers. */
export interface PeerPort {
  readonly url: string;
  /** Host that its certificate must be for; empty if nothing can be seen from here. */
  readonly host: string;
  /** Why nothing can be seen from here. */
  readonly unreached: string | undefined;
  readonly tls: TlsSight;
  readonly inTheClear: VersionAnswer;
}

const unseen: Pick<PeerPort, "tls" | "inTheClear"> = {
  tls: { connected: false, chain: [], chainError: undefined, answer: "undecided", error: undefined },
  inTheClear: "silent",
};

/** Where a member listens for its peers: as it was defined, or else as its own entry in its member list says. */
export async function peerUrlsOf(
  { label }: Target,
  expectation: ClusterExpectation | undefined,
  status: Promise<StatusAnswer>,
  memberList: Promise<Answer<readonly ListedMember[]>>,
): Promise<readonly string[]> {
  const expected = expectation?.members.find(({ name }) => name === label)?.peerUrls ?? [];
  if (expected.length > 0) return expected;
  const [answer, list] = await Promise.all([status, memberList]);
  if (!answer.ok || !list.ok) return [];
  return list.value.find(({ id }) => id === answer.value.memberId)?.peerUrls ?? [];
}

/** Looks at one URL at which a member listens for its peers. Never rejects. */
export async function peerPort(
  target: Target,
  url: string,
  contexts: TlsContexts,
  timeoutMs: number,
): Promise<PeerPort> {
  const why = whyNotFromHere(target, url);
  if (why !== undefined) return { url, host: "", unreached: why, ...unseen };
  const address = addressOf(url);
  const { host } = address;
  const [tls, inTheClear] = await Promise.all([
    tlsProbe({ address, serverName: host }, contexts.peer(), timeoutMs),
    versionInTheClear(address, timeoutMs),
  ]);
  const unreached = tls.connected ? undefined : `${url} is not reachable from here`;
  return { url, host, unreached, tls, inTheClear };
}
