import type { SecureContext } from "node:tls";
import { addressOf, type Answer, type Target, type TlsOptions } from "../../client";
import type { ClusterExpectation } from "../expectation";
import type { ListedMember } from "./answers";
import type { StatusAnswer } from "./ask";
import { certificatesIn, isSignedByAny } from "./certificate";
import { whyNotFromHere } from "./look";
import type { TlsContexts } from "./tls-contexts";
import { tlsProbe, type TlsSight } from "./tls-probe";
import { versionInTheClear, type VersionAnswer } from "./version-probe";

/** What can be seen where a member listens for its peers, by somebody who is none. */
export interface PeerPort {
  readonly url: string;
  /** Host that its certificate must be for; empty if nothing can be seen from here. */
  readonly host: string;
  /** Why nothing can be seen from here. */
  readonly unreached: string | undefined;
  /** Without a certificate. */
  readonly tls: TlsSight;
  /** What it makes of a certificate that no CA has signed; `undefined` without TLS. */
  readonly toForeign: TlsSight["answer"] | undefined;
  /** What it makes of our certificate for clients; `undefined` where that may be one for peers too. */
  readonly toClient: TlsSight["answer"] | undefined;
  readonly inTheClear: VersionAnswer;
}

const unseen: Pick<PeerPort, "tls" | "toForeign" | "toClient" | "inTheClear"> = {
  tls: { connected: false, chain: [], chainError: undefined, answer: "undecided", error: undefined },
  toForeign: undefined,
  toClient: undefined,
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
  const shakeHands = (context: SecureContext): Promise<TlsSight> =>
    tlsProbe({ address, serverName: host }, context, timeoutMs);
  const answerTo = async (context: SecureContext): Promise<TlsSight["answer"]> =>
    (await shakeHands(context)).answer;
  const isTls = url.startsWith("https:");
  const [tls, toForeign, toClient, inTheClear] = await Promise.all([
    shakeHands(contexts.peer()),
    isTls ? answerTo(contexts.foreign()) : undefined,
    isTls && isForClientsOnly(contexts.options) ? answerTo(contexts.own()) : undefined,
    versionInTheClear(address, timeoutMs),
  ]);
  const unreached = tls.connected ? undefined : `${url} is not reachable from here`;
  return { url, host, unreached, tls, toForeign, toClient, inTheClear };
}

/** Whether our certificate is certainly none that peers have reason to accept: one CA may sign for both. */
function isForClientsOnly({ cert, peerCa }: TlsOptions): boolean {
  return (
    cert !== undefined && peerCa !== undefined && !isSignedByAny(certificatesIn(cert), certificatesIn(peerCa))
  );
}
