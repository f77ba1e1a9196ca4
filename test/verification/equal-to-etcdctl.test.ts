import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { renderStatusTable, status, verify, type EndpointStatus } from "../../lib/verification";
import { humanizeBytes } from "../../lib/verification/printers/humanize-bytes";
import { CallBudget } from "../../lib/verification/questions/call-budget";
import { EndpointClient } from "../../lib/verification/questions/endpoint-client";
import { targetsOf } from "../../lib/client";
import { etcdBinaries } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { post, writeBytes } from "./fault-matrix/support/gateway";
import { check } from "./support/reports";

/** What is asked twice may have moved in between: then both are asked again. */
const again = { timeout: 20_000, interval: 200 };

const transports = ["plain text", "mTLS"] as const;
const releases = [
  ["the oldest release", 0],
  ["Debian stable's release", 1],
  ["the newest release", 2],
] as const;

describe.each(
  releases.flatMap(([title, index]) => transports.map((transport) => ({ title, index, transport }))),
)("three members of $title, $transport, give the same as to etcdctl:", ({ index, transport }) => {
  let cluster: RawCluster;
  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    cluster = await RawCluster.start({ binaries, ...(transport === "mTLS" ? { tls: {} } : {}) });
    // So that sizes, indexes and revisions are not those of an empty cluster.
    await writeBytes(cluster.endpoints[0]!, cluster.tls, 2 * 2 ** 20, { chunkBytes: 2 ** 16 });
    await cluster.etcdctl(["del", "filler/0"]);
    await cluster.etcdctl(["compact", "5"]);
  });
  afterAll(() => cluster?.stop());

  const ask = (): Promise<EndpointStatus[]> => status({ endpoints: cluster.endpoints, tls: cluster.tls });

  /** Asks every member something with a client of its own. */
  async function ofEach<T>(question: (client: EndpointClient) => Promise<T>): Promise<T[]> {
    const clients = targetsOf({ endpoints: cluster.endpoints }).map((target) =>
      EndpointClient.open(target, { budget: new CallBudget(10_000), tls: cluster.tls }),
    );
    try {
      return await Promise.all(clients.map(question));
    } finally {
      clients.forEach((client) => client.close());
    }
  }

  test("the table of the status, character by character", async () => {
    await vi.waitFor(async () => {
      const table = await cluster.etcdctl(["endpoint", "status", "-w", "table"]);
      expect(renderStatusTable(await ask())).toBe(inAscii(table).trimEnd());
    }, again);
  });

  test("all figures of the status, IDs beyond 2^53 included", async () => {
    await vi.waitFor(async () => {
      const theirs = parseExactly(await cluster.etcdctl(["endpoint", "status", "-w", "json"]));
      expect((await ask()).map(asEtcdctlPrints)).toEqual(theirs);
    }, again);
    const [first] = await ask();
    const ids = [first?.status?.clusterId, first?.status?.memberId].map((id) => BigInt(`0x${id}`));
    expect(ids.some((id) => id > 2n ** 53n && BigInt(Number(id)) !== id)).toBe(true);
  });

  test("sizes for people", async () => {
    await vi.waitFor(async () => {
      const rows = (await cluster.etcdctl(["endpoint", "status"])).trimEnd().split("\n");
      const theirs = rows.map((row) => row.split(", ")[3]);
      expect((await ask()).map((row) => humanizeBytes(row.status?.dbSizeBytes ?? 0))).toEqual(theirs);
      const report = await verify({
        expectation: cluster.expectation,
        tls: cluster.tls,
        checks: ["database-size"],
      });
      const said = check(report, "database-size").results.map(({ reason }) => reason.split(", ")[0]);
      expect(said).toEqual(theirs);
    }, again);
  });

  test("the member list of each", async () => {
    const ours = await ofEach((client) => client.memberList());
    for (const [place, list] of ours.entries()) {
      const endpoint = cluster.endpoints[place] ?? "";
      const theirs = await cluster.etcdctl(["member", "list", `--endpoints=${endpoint}`]);
      expect(
        list.map(({ id, name, peerUrls, clientUrls, isLearner }) =>
          [id, "started", name, peerUrls.join(","), clientUrls.join(","), String(isLearner)].join(", "),
        ),
      ).toEqual(theirs.trimEnd().split("\n"));
    }
  });

  test("the hash of the data of each, at the newest revision and at an older one", async () => {
    for (const revision of [0, 12]) {
      const theirs = parseExactly(
        await cluster.etcdctl(["endpoint", "hashkv", `--rev=${revision}`, "-w", "json"]),
      ) as { HashKV: { hash: string; compact_revision: string; header: { revision: string } } }[];
      const ours = await ofEach((client) => client.hashKv(BigInt(revision)));
      expect(
        ours.map(({ hash, compactRevision, revision: at }) => [hash, compactRevision, at].map(String)),
      ).toEqual(theirs.map(({ HashKV }) => [HashKV.hash, HashKV.compact_revision, HashKV.header.revision]));
    }
  });

  test("the alarms", async () => {
    const list = await post(cluster.endpoints[0]!, "/v3/cluster/member/list", {}, cluster.tls);
    const { members } = JSON.parse(list) as { members: { ID: string; name: string }[] };
    const memberID = members.find(({ name }) => name === "etcd-2")?.ID;
    const alarm = (action: string): Promise<string> =>
      post(
        cluster.endpoints[0]!,
        "/v3/maintenance/alarm",
        { action, memberID, alarm: "NOSPACE" },
        cluster.tls,
      );
    expect((await ask()).flatMap((row) => row.status?.alarms ?? [])).toEqual([]);
    await alarm("ACTIVATE");
    try {
      const theirs = await cluster.etcdctl(["alarm", "list"]);
      expect(theirs).toMatch(/^memberID:\d+ alarm:NOSPACE \n$/);
      await vi.waitFor(async () => {
        for (const { status: row } of await ask()) {
          const ours = row?.alarms.map(
            ({ memberId, type }) => `memberID:${BigInt(`0x${memberId}`)} alarm:${type} \n`,
          );
          expect(ours).toEqual([theirs]);
        }
      }, again);
    } finally {
      await alarm("DEACTIVATE");
    }
  });

  test("that they are healthy", async () => {
    // etcdctl exits with 1 otherwise, which rejects.
    const health = await cluster.etcdctl(["endpoint", "health", "-w", "json"]);
    expect((JSON.parse(health) as { health: boolean }[]).map((row) => row.health)).toEqual([
      true,
      true,
      true,
    ]);
    const report = await verify({
      expectation: cluster.expectation,
      tls: cluster.tls,
      skip: ["lease-expires"],
    });
    expect(report.verdict).toBe("healthy");
  });
});

/** The frame of newer tables is drawn with box characters. */
function inAscii(table: string): string {
  return table
    .replace(/[┌┬┐├┼┤└┴┘]/g, "+")
    .replace(/─/g, "-")
    .replace(/│/g, "|");
}

/** etcdctl prints IDs as bare numbers, which JSON.parse would round: they are quoted first. */
function parseExactly(json: string): unknown {
  return JSON.parse(json.replace(/":(-?\d+)/g, '":"$1"'));
}

/** Fields that are zero are not in etcdctl's JSON. */
function asEtcdctlPrints({ endpoint, status: row }: EndpointStatus): unknown {
  if (row === undefined) throw new Error(`${endpoint} gave no status`);
  const decimal = (id: string | undefined): string => BigInt(`0x${id ?? "0"}`).toString();
  return {
    Endpoint: endpoint,
    Status: {
      header: {
        cluster_id: decimal(row.clusterId),
        member_id: decimal(row.memberId),
        revision: String(row.revision),
        raft_term: String(row.raftTerm),
      },
      version: row.version,
      dbSize: String(row.dbSizeBytes),
      leader: decimal(row.leaderId),
      raftIndex: String(row.raftIndex),
      raftTerm: String(row.raftTerm),
      raftAppliedIndex: String(row.raftAppliedIndex),
      dbSizeInUse: String(row.dbSizeInUseBytes),
    },
  };
}
