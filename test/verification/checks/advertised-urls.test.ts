import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judgeUrls } from "../../../lib/verification/checks/advertised-urls";
import { isLoopback, isUnspecified } from "../../../lib/verification/hosts";
import { verify, type ExpectedMember } from "../../../lib/verification";
import { etcdBinaries } from "../../support/etcd";
import { freePorts } from "../../support/free-ports";
import { RawCluster } from "../../support/raw-cluster";
import { check } from "../support/reports";
import { factsOf, type SaidMember } from "../support/facts";

const hosts = ["10.0.0.1", "10.0.0.2", "10.0.0.3"] as const;
const healthy: readonly SaidMember[] = hosts.map((host, index) => ({
  name: `etcd-${index + 1}`,
  endpoint: `https://${host}:2379`,
  peerUrls: [`https://${host}:2380`],
  clientUrls: [`https://${host}:2379`],
}));

/** The healthy members, with the second one changed. */
const withSecond = (change: Partial<SaidMember>): SaidMember[] =>
  healthy.map((member, index) => (index === 1 ? { ...member, ...change } : member));

const judge = (members: readonly SaidMember[], expected: readonly ExpectedMember[] = []): string[] =>
  judgeUrls(factsOf(members), expected).map(
    ({ outcome, target, reason }) => `${outcome} ${target?.label ?? "-"}: ${reason}`,
  );

test.each(["127.0.0.1", "127.5.0.1", "::1", "::ffff:127.0.0.1", "localhost", "LOCALHOST."])(
  "%s is loopback",
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.each(["10.0.0.1", "::", "0.0.0.0", "localhost.example.org", "2001:db8::1"])("%s is not", (host) => {
  expect(isLoopback(host)).toBe(false);
});

test("0.0.0.0 and :: are no addresses to connect to", () => {
  expect(["0.0.0.0", "::", "10.0.0.1", "::1"].map(isUnspecified)).toEqual([true, true, false, false]);
});

test("members that advertise where they are pass", () => {
  expect(judge(healthy, healthy)).toEqual(["passed -: as they can be reached"]);
});

test.each(["127.0.0.1", "[::1]", "localhost"])("a client URL with %s leads each client to itself", (host) => {
  expect(judge(withSecond({ clientUrls: [`https://${host}:2379`] }))).toEqual([
    `failed etcd-2: etcd-2 advertises the client URL https://${host}:2379, which leads to the own machine wherever it is used`,
  ]);
});

test("beside a client URL that leads there, one that does not is only a detour", () => {
  expect(judge(withSecond({ clientUrls: ["https://127.0.0.1:2379", "https://10.0.0.2:2379"] }))).toEqual([
    "warned etcd-2: etcd-2 advertises the client URL https://127.0.0.1:2379, which leads to the own machine wherever it is used",
  ]);
});

test.each(["0.0.0.0", "[::]"])("a client URL with %s leads nowhere", (host) => {
  expect(judge(withSecond({ clientUrls: [`https://${host}:2379`] }))[0]).toContain(
    "which is an address to listen at and not to connect to",
  );
});

test("a member without a client URL is not found", () => {
  expect(judge(withSecond({ clientUrls: [] }))).toEqual(["failed etcd-2: etcd-2 advertises no client URL"]);
});

test("one that has not started yet has none, and that is the business of another check", () => {
  expect(judge([...healthy.slice(0, 2), { ...healthy[2]!, name: "", clientUrls: [] }])).toEqual([
    "passed -: as they can be reached",
  ]);
});

test("on one machine, loopback is how everybody is reached", () => {
  const local = [1, 2, 3].map((number) => ({
    name: `etcd-${number}`,
    endpoint: `http://127.0.0.1:${number}`,
    peerUrls: [`http://127.0.0.1:1${number}`],
    clientUrls: [`http://127.0.0.1:${number}`],
  }));
  expect(judge(local)).toEqual(["passed -: all on this machine"]);
});

test("reached with TLS and advertising none is drift where there is a definition, and else perhaps a proxy", () => {
  const members = withSecond({ clientUrls: ["http://10.0.0.2:2379"] });
  const said = "etcd-2 answers at https://10.0.0.2:2379 but advertises http://10.0.0.2:2379";
  expect(
    judge(
      members,
      healthy.map(({ clientUrls: _, ...member }) => member),
    ),
  ).toEqual([`failed etcd-2: ${said}`]);
  expect(judge(members)).toEqual([`warned etcd-2: ${said}`]);
});

test("a second URL with TLS is enough", () => {
  expect(judge(withSecond({ clientUrls: ["http://10.0.0.2:2378", "https://10.0.0.2:2379"] }))).toEqual([
    "passed -: as they can be reached",
  ]);
});

test("a Unix socket beside is nobody's business", () => {
  expect(judge(withSecond({ clientUrls: ["unix://localhost:1", "https://10.0.0.2:2379"] }))).toEqual([
    "passed -: as they can be reached",
  ]);
});

test("client URLs other than those defined are drift", () => {
  expect(judge(withSecond({ clientUrls: ["https://10.9.9.9:2379"] }), healthy)).toEqual([
    "failed etcd-2: etcd-2 advertises the client URLs https://10.9.9.9:2379, the definition wants https://10.0.0.2:2379",
  ]);
});

test("one client URL of two members can only be one's", () => {
  expect(judge(withSecond({ clientUrls: healthy[0]!.clientUrls }))).toEqual([
    "failed -: etcd-1 and etcd-2 have the same client URL https://10.0.0.1:2379",
  ]);
});

test("a peer URL on loopback cannot be reached by members elsewhere", () => {
  expect(judge(withSecond({ peerUrls: ["https://127.0.0.1:2380"] }))).toEqual([
    "failed etcd-2: etcd-2 has the peer URL https://127.0.0.1:2380, which leads to the own machine wherever it is used, while other members are on other machines",
  ]);
});

test("peers of which some talk in the clear are warned of", () => {
  expect(judge(withSecond({ peerUrls: ["http://10.0.0.2:2380"] }))).toEqual([
    "warned -: the peer URLs of etcd-2 are without TLS, those of others with it",
  ]);
});

test("a member that nobody asked is judged as the others list it", () => {
  const members = withSecond({ clientUrls: ["https://127.0.0.1:2379"], isAsked: false });
  expect(judge(members)[0]).toContain("failed -: etcd-2 advertises");
});

describe.each([
  ["the oldest release", 0],
  ["Debian stable's release", 1],
  ["the newest release", 2],
])("a member of %s", (_title, index) => {
  let cluster: RawCluster;
  let port: number;

  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    [port = 0] = await freePorts(1);
    cluster = await RawCluster.start({
      binaries,
      size: 1,
      // The last flag of a name wins.
      flags: [`--advertise-client-urls=http://0.0.0.0:${port}`],
    });
  });
  afterAll(() => cluster?.stop());

  test("that advertises where it listens instead of where it is fails the comparison with its definition", async () => {
    const [member] = cluster.expectation.members;
    const members = [{ ...member!, clientUrls: [member!.endpoint] }];
    const report = await verify({ expectation: { members }, checks: ["advertised-urls"] });
    expect(check(report, "advertised-urls")).toMatchObject({
      outcome: "failed",
      results: [
        {
          member: "etcd-1",
          reason: `etcd-1 advertises the client URLs http://0.0.0.0:${port}, the definition wants ${member!.endpoint}`,
          lasting: true,
        },
      ],
    });
  });
});
