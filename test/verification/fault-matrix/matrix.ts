import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { etcdBinaries } from "../../support/etcd";
import { inOwnTime } from "../support/own-time";
import type { Fault } from "./fault";
import { families } from "./faults";
import { callTimeoutMs, Ground } from "./ground";
import { expectVerdict } from "./judge";
import { FaultRecord } from "./record";
import { filterProblem } from "./support/packet-filter";

/** What verify promises: one deadline and a second. */
const boundMs = callTimeoutMs + 1000;

/** Every fault, on a cluster without TLS and on one with it side by side, each of which is well again before the next one. */
export function describeMatrix(title: string, releaseIndex: number): void {
  const record = new FaultRecord(title);
  const grounds: Ground[] = [];
  let passed = 0;

  beforeAll(async () => {
    // A test that is skipped proves nothing, and nobody would notice.
    if (filterProblem !== undefined) throw new Error(filterProblem);
    const binaries = (await etcdBinaries())[releaseIndex];
    if (binaries === undefined) throw new Error("no etcd");
    record.release = binaries.release;
    grounds.push(await Ground.prepare("plain text", binaries), await Ground.prepare("mTLS", binaries));
    await Promise.all(grounds.map((ground) => ground.heal()));
  });
  afterAll(async () => {
    await Promise.all(grounds.map((ground) => ground.remove()));
    const wanted = here.reduce((sum, [, faults]) => sum + faults.length, 0);
    await record.report({ isComplete: passed === wanted });
  });

  const here = Object.entries(families).map(
    ([family, faults]) =>
      [family, faults.filter(({ releases }) => releases?.includes(releaseIndex) ?? true)] as const,
  );
  describe.each(here.filter(([, faults]) => faults.length > 0))(`%s of ${title}`, (_family, faults) => {
    test.each(faults)("$title", async (fault) => {
      const on = grounds.filter(
        ({ isTls }) => fault.transport === undefined || (fault.transport === "mTLS") === isTls,
      );
      const ends = await Promise.allSettled(on.map((ground) => tryOut(fault, ground, record)));
      const failures = ends.flatMap((end, index) =>
        end.status === "rejected" ? [`${on[index]?.transport}: ${String(end.reason)}`] : [],
      );
      if (failures.length > 0) throw new Error(failures.join("\n\n"));
      passed += 1;
    });
  });
}

async function tryOut(fault: Fault, ground: Ground, record: FaultRecord): Promise<void> {
  const made = await fault.make(ground);
  try {
    const [{ result: report, ownMs }] = await Promise.all([
      inOwnTime(() => ground.verify(made.ask)),
      made.meanwhile?.(),
    ]);
    const found = expectVerdict(report, made, ground.alwaysSaid);
    // The lease has to expire in its own time.
    if (made.ask?.skip === undefined) expect(ownMs).toBeLessThanOrEqual(boundMs);
    record.add(fault.title, ground.transport, found);
  } finally {
    await made.undo?.();
    if (made.undo !== undefined) await ground.heal();
  }
}
