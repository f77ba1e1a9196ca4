import { afterAll, beforeAll, describe, test } from "vitest";
import { etcdBinaries } from "../../support/etcd";
import { filterProblem } from "../../verification/fault-matrix/support/packet-filter";
import { Ground, type Transport } from "./ground";
import { MeasuringRecord } from "./record";
import { scenarios } from "./scenarios";

export interface Matrix {
  readonly title: string;
  /** 0 being the oldest. */
  readonly releaseIndex: number;
  readonly transport: Transport;
}

const newest = 2;
const deadlineMs = 120_000;

/** All scenarios on one cluster, each of which leaves it well. */
export function describeMatrix({ title, releaseIndex, transport }: Matrix): void {
  const record = new MeasuringRecord(title);
  const here = scenarios.filter(({ onlyNewest }) => onlyNewest !== true || releaseIndex === newest);
  let ground: Ground | undefined;
  let passed = 0;

  beforeAll(async () => {
    // A test that is skipped proves nothing, and nobody would notice.
    if (filterProblem !== undefined) throw new Error(filterProblem);
    const binaries = (await etcdBinaries())[releaseIndex];
    if (binaries === undefined) throw new Error("no etcd");
    record.ground = `etcd ${binaries.release}, ${transport}`;
    ground = await Ground.prepare(transport, binaries);
  });
  afterAll(async () => {
    await ground?.remove();
    await record.report({ isComplete: passed === here.length });
  });

  describe(`on ${title}`, () => {
    test.each(here)("$title", { timeout: deadlineMs }, async ({ play }) => {
      if (ground === undefined) throw new Error("no cluster");
      try {
        record.add(await play(ground));
        passed += 1;
      } catch (error) {
        throw new Error(`${String(error)}\n${ground.evidence()}`, { cause: error });
      } finally {
        await ground.heal();
      }
    });
  });
}
