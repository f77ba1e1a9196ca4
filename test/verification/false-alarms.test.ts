import { Etcd3 } from "etcd3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verify } from "../../lib/verification";
import { etcdBinaries } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { inWords, matches, said, type Said } from "./fault-matrix/judge";
import { saidOfHealthy } from "./fault-matrix/said-of-healthy";

/** All in all a hundred and more. */
const runsEach = 18;
const atOnce = 6;
const leastWritesPerSecond = 100;
const lanes = 8;

const clusters = [0, 1, 2].flatMap((index) =>
  (["plain text", "mTLS"] as const).map((transport) => ({ index, transport })),
);

describe.each(clusters)("release $index of the tests, $transport, under load", ({ index, transport }) => {
  let cluster: RawCluster;
  let line: string;
  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    line = binaries.release.split(".", 2).join(".");
    cluster = await RawCluster.start({ binaries, ...(transport === "mTLS" ? { tls: {} } : {}) });
  });
  afterAll(() => cluster?.stop());

  test(`passes all checks ${runsEach} times, ${atOnce} runs at once`, async () => {
    const load = writing(cluster);
    const usual = saidOfHealthy({ line });
    const wrong: Said[] = [];
    const verdicts = new Set<string>();
    try {
      for (let done = 0; done < runsEach; done += atOnce) {
        const runs = Array.from({ length: atOnce }, () =>
          verify({ expectation: cluster.expectation, tls: cluster.tls }),
        );
        for (const report of await Promise.all(runs)) {
          verdicts.add(report.verdict);
          wrong.push(...said(report).filter((one) => !usual.some((each) => matches(one, each))));
        }
      }
    } finally {
      const perSecond = await load.stop();
      expect(perSecond).toBeGreaterThan(leastWritesPerSecond);
    }
    expect(inWords(wrong)).toBe("nothing");
    expect([...verdicts]).toEqual(["healthy"]);
  });
});

/** Overwrites some keys again and again, through all members. @returns ends that, and says how many writes a second there were */
function writing(cluster: RawCluster): { stop: () => Promise<number> } {
  const { tls } = cluster;
  const etcd = new Etcd3({
    hosts: cluster.endpoints,
    ...(tls === undefined
      ? {}
      : { credentials: { rootCertificate: tls.ca!, certChain: tls.cert!, privateKey: tls.key! } }),
  });
  const began = performance.now();
  let writes = 0;
  let isOn = true;
  const running = Array.from({ length: lanes }, async (_, lane) => {
    for (; isOn; writes += 1) await etcd.put(`load/${lane}/${writes % 50}`).value("x".repeat(500));
  });
  return {
    stop: async () => {
      isOn = false;
      await Promise.all(running);
      etcd.close();
      return (1000 * writes) / (performance.now() - began);
    },
  };
}
