import {
  answering,
  areOfDifferentClusters,
  differentClusters,
  groupLabels,
  listed,
  type Check,
  type CheckContext,
  type Finding,
} from "../check";
import { isLoopback } from "../hosts";
import { advisoriesFor, type Applying } from "../releases/advisories";
import { compareReleases, lineOf, parseRelease, type ReleaseNumber } from "../releases/release-number";
import { endOfSupport, upgradePath } from "../releases/support";

/** The same release on some members. */
interface Running {
  readonly text: string;
  readonly number: ReleaseNumber;
  readonly labels: readonly string[];
}

export const knownReleases: Check = {
  id: "known-releases",
  title: "the releases fit together, get fixes and have no known fault",
  run: async (context) => {
    const members = answering(await context.facts);
    if (members.length === 0) {
      return [{ outcome: "skipped", reason: "no member answers" }];
    }
    if (areOfDifferentClusters(members)) return [differentClusters];
    const groups = groupLabels(
      members,
      ({ target }) => target.label,
      ({ status }) => status.version,
    );
    const running = [...groups].flatMap(([text, labels]): Running[] => {
      const number = parseRelease(text);
      return number === undefined ? [] : [{ text, number, labels }];
    });
    if (running.length === 0) {
      return [{ outcome: "skipped", reason: `${listed([...groups.keys()])} is no release number` }];
    }
    return judgeReleases(running, {
      isPinned: context.expectation?.release !== undefined,
      isOverNetworkTls: speaksTlsOverNetwork(context),
    });
  },
};

/** What is to be said about a set of releases, without asking anybody. */
export function judgeReleases(
  running: readonly Running[],
  { isPinned, isOverNetworkTls }: { readonly isPinned: boolean; readonly isOverNetworkTls: boolean },
): Finding[] {
  const findings = [
    ...skew(running, isPinned),
    ...running.flatMap((release) => against(release, running.length > 1, isOverNetworkTls)),
  ];
  const said = listed(running.map(({ text }) => text));
  return findings.length > 0
    ? findings
    : [{ outcome: "passed", reason: `${said}: its line gets fixes, and no grave fault is known` }];
}

/** etcd runs mixed for the time of an upgrade, over one minor line: https://etcd.io/docs/v3.6/upgrades/upgrading-etcd/ */
function skew(running: readonly Running[], isPinned: boolean): Finding[] {
  const [oldest, newest] = [...running]
    .sort((a, b) => compareReleases(a.number, b.number))
    .filter((_, index, all) => index === 0 || index === all.length - 1);
  if (oldest === undefined || newest === undefined) return [];
  const said = running.map(({ text, labels }) => `${listed(labels)}: ${text}`).join("; ");
  if (oldest.number.major !== newest.number.major || newest.number.minor - oldest.number.minor > 1) {
    return [
      {
        outcome: "failed",
        reason: `the members run releases that must not be mixed (${said})`,
        remedy: `Bring the members on ${lineOf(newest.number)} back to where they came from. ${upgradePath(oldest.number)}.`,
      },
    ];
  }
  // Which members have not got the release wanted is the business of another check.
  if (isPinned) return [];
  return [
    {
      outcome: "warned",
      reason: `the members run different releases (${said})`,
      remedy: `Finish the upgrade to ${newest.text}, one member at a time; pin the release so that all get the same.`,
    },
  ];
}

function against({ text, number, labels }: Running, isMixed: boolean, isOverNetworkTls: boolean): Finding[] {
  const where = isMixed ? ` on ${listed(labels)}` : "";
  const ended = endOfSupport(number);
  const applying = advisoriesFor(number, isOverNetworkTls ? ["tls"] : []);
  return [
    ...applying.map((one) => faultOf(text, where, one)),
    ...(ended === undefined
      ? []
      : [{ outcome: "warned" as const, reason: `${ended.what}: ${text}${where}`, remedy: ended.remedy }]),
    ...(number.isPreRelease
      ? [
          {
            outcome: "warned" as const,
            reason: `${text}${where} is a pre-release`,
            remedy: "Run a release that etcd's maintainers call one.",
          },
        ]
      : []),
  ];
}

/** The finding of one advisory. */
export function faultOf(text: string, where: string, { advisory, fixedIn }: Applying): Finding {
  return {
    outcome: advisory.severity,
    reason: `etcd ${text}${where} ${advisory.what} (${advisory.source})`,
    remedy: `Upgrade to ${fixedIn} or later. A distribution may have put the fix into a build of the same number, which cannot be told from here: see the package's changelog.`,
    lasting: advisory.severity === "failed",
  };
}

const speaksTlsOverNetwork = ({ endpoints }: CheckContext): boolean =>
  endpoints.some(({ target }) => target.endpoint.startsWith("https:") && !isLoopback(target.serverName));
