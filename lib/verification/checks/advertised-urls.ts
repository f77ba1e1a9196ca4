import { listed, type Check, type CheckContext, type Finding } from "../check";
import { addressOf, type Target } from "../../client";
import type { ExpectedMember } from "../expectation";
import { isLoopback, isUnspecified } from "../hosts";
import type { ListedMember } from "../questions/answers";
import type { EndpointFacts } from "../questions/ask";

/** A member as the list has it, and at which endpoint it answered, if at one of those given. */
interface Advertising {
  readonly member: ListedMember;
  readonly target: Target | undefined;
  readonly expected: ExpectedMember | undefined;
}

const setClientUrls =
  "Give it `--advertise-client-urls` with an address that clients reach, and restart it: clients that ask for the member list connect there.";
const setPeerUrls = "Correct it with `etcdctl member update`, one member at a time.";

export const advertisedUrls: Check = {
  id: "advertised-urls",
  title: "every member advertises URLs at which others reach it",
  run: async ({ facts, expectation }: CheckContext) => judgeUrls(await facts, expectation?.members ?? []),
};

/** What is wrong with the URLs of the member list, without trying them. */
export function judgeUrls(facts: readonly EndpointFacts[], expected: readonly ExpectedMember[]): Finding[] {
  const all = advertising(facts, expected);
  if (all.length === 0) {
    return [{ outcome: "skipped", reason: "no member gave its member list" }];
  }
  // On one machine, loopback is how everybody reaches everybody.
  const isOneMachine = facts.every(({ target, status }) => !status.ok || isLoopback(target.serverName));
  const findings = [
    ...all.flatMap((one) => [
      ...clientUrlsOf(one, isOneMachine),
      ...schemeOf(one),
      ...drift(one),
      ...peerUrlsOf(one, all),
    ]),
    ...shared(all, "client"),
    ...shared(all, "peer"),
    ...mixedPeerSchemes(all),
  ];
  return findings.length > 0
    ? findings
    : [{ outcome: "passed", reason: isOneMachine ? "all on this machine" : "as they can be reached" }];
}

/** Every started member once; as it lists itself, if it was asked. */
function advertising(facts: readonly EndpointFacts[], expected: readonly ExpectedMember[]): Advertising[] {
  const all = new Map<string, Advertising>();
  const lists = facts.flatMap(({ memberList }) => (memberList.ok ? memberList.value : []));
  for (const member of lists) {
    if (all.has(member.id) || member.name === "") continue;
    const own = facts.find(({ status }) => status.ok && status.value.memberId === member.id);
    const ownEntry =
      own?.memberList.ok === true ? own.memberList.value.find(({ id }) => id === member.id) : undefined;
    all.set(member.id, {
      member: ownEntry ?? member,
      target: own?.target,
      expected: expected.find(({ name }) => name === member.name),
    });
  }
  return [...all.values()];
}

function clientUrlsOf({ member, target }: Advertising, isOneMachine: boolean): Finding[] {
  const { clientUrls, name } = member;
  if (isOneMachine) return [];
  if (clientUrls.length === 0) {
    return [{ outcome: "failed", target, reason: `${name} advertises no client URL`, remedy: setClientUrls }];
  }
  // With one that leads there, a client that tries the wrong one first goes on to the next.
  const outcome = clientUrls.some((url) => unreachable(url) === undefined) ? "warned" : "failed";
  return clientUrls.flatMap((url): Finding[] => {
    const why = unreachable(url);
    if (why === undefined) return [];
    return [
      {
        outcome,
        target,
        reason: `${name} advertises the client URL ${url}, ${why}`,
        remedy: setClientUrls,
      },
    ];
  });
}

/** A member that was reached with TLS but sends clients to where there is none, or the reverse. */
function schemeOf({ member, target, expected }: Advertising): Finding[] {
  if (target === undefined || member.clientUrls.length === 0) return [];
  const { protocol } = new URL(target.endpoint);
  if (member.clientUrls.some((url) => schemeIn(url) === protocol)) return [];
  return [
    {
      // Without a definition the endpoint may be a proxy's, which may well add TLS.
      outcome: expected === undefined ? "warned" : "failed",
      target,
      reason: `${member.name} answers at ${target.endpoint} but advertises ${listed(member.clientUrls)}`,
      remedy: setClientUrls,
    },
  ];
}

function drift({ member, target, expected }: Advertising): Finding[] {
  if (expected?.clientUrls === undefined || sameSet(member.clientUrls, expected.clientUrls)) return [];
  const said = member.clientUrls.length === 0 ? "none" : member.clientUrls.join(",");
  return [
    {
      outcome: "failed",
      target,
      reason: `${member.name} advertises the client URLs ${said}, the definition wants ${expected.clientUrls.join(",")}`,
      remedy: "Correct the definition, or its `--advertise-client-urls`, and restart it.",
      lasting: true,
    },
  ];
}

function peerUrlsOf({ member, target }: Advertising, all: readonly Advertising[]): Finding[] {
  const isElsewhere = all.some(
    (other) => other.member !== member && other.member.peerUrls.some((url) => unreachable(url) === undefined),
  );
  if (!isElsewhere) return [];
  return member.peerUrls.flatMap((url): Finding[] => {
    const why = unreachable(url);
    if (why === undefined) return [];
    return [
      {
        outcome: "failed",
        target,
        reason: `${member.name} has the peer URL ${url}, ${why}, while other members are on other machines`,
        remedy: setPeerUrls,
      },
    ];
  });
}

/** etcd compares URLs as text; two members with one URL cannot both be there. */
function shared(all: readonly Advertising[], kind: "client" | "peer"): Finding[] {
  const users = new Map<string, string[]>();
  for (const { member } of all) {
    for (const url of new Set(kind === "client" ? member.clientUrls : member.peerUrls)) {
      users.set(url, [...(users.get(url) ?? []), member.name]);
    }
  }
  return [...users]
    .filter(([, names]) => names.length > 1)
    .map(([url, names]) => ({
      outcome: "failed",
      reason: `${listed(names)} have the same ${kind} URL ${url}`,
      remedy: kind === "client" ? setClientUrls : setPeerUrls,
    }));
}

function mixedPeerSchemes(all: readonly Advertising[]): Finding[] {
  const inClear = all.filter(({ member }) => member.peerUrls.some((url) => schemeIn(url) === "http:"));
  if (inClear.length === 0 || inClear.length === all.length) return [];
  return [
    {
      outcome: "warned",
      reason: `the peer URLs of ${listed(inClear.map(({ member }) => member.name))} are without TLS, those of others with it`,
      remedy: "Finish what was begun: give every member `https://` peer URLs, one member at a time.",
    },
  ];
}

function unreachable(url: string): string | undefined {
  const host = hostIn(url);
  if (host === undefined) return undefined;
  if (isLoopback(host)) return "which leads to the own machine wherever it is used";
  return isUnspecified(host) ? "which is an address to listen at and not to connect to" : undefined;
}

/** Undefined for what is no URL with a host, such as a Unix socket. */
function hostIn(url: string): string | undefined {
  return URL.canParse(url) && /^https?:/.test(url) ? addressOf(url).host : undefined;
}

const schemeIn = (url: string): string => /^[a-z]+:/.exec(url)?.[0] ?? "";

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  [...a].sort().join() === [...b].sort().join();
