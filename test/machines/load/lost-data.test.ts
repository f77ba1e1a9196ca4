import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startLoad } from "./support/load-of-test";
import { SecuredCluster } from "./support/secured-cluster";
import type { WriteLoad } from "./write-load";

// Longer than what is waited for, so that who waits can say what is missing.
vi.setConfig({ testTimeout: 180_000 });

describe("three members with mutual TLS, all killed at the same time", () => {
  let cluster: SecuredCluster;
  let load: WriteLoad;
  beforeEach(async () => {
    cluster = await SecuredCluster.start();
    load = await startLoad({ endpoints: cluster.endpoints, tls: cluster.tls });
    await load.waitForAcknowledged(30);
    await cluster.killAll();
  });
  afterEach(() => cluster?.remove());

  test("and started again with their data: nothing is lost", async () => {
    await cluster.startAll();
    await load.waitForAcknowledged(30);
    expect(await load.check()).toMatchObject({ lost: [], unexpected: [], problems: [] });
  });

  test("and started with an older copy of their data: what came after the copy is named", async () => {
    await load.pause();
    await cluster.copyData();
    await cluster.startAll();
    await load.resume();
    await load.waitForAcknowledged(30);
    const copied = acknowledged(load);
    await cluster.killAll();
    await cluster.putBackData();
    await cluster.startAll();
    await load.waitForAcknowledged(60);
    const { lost, problems } = await load.check();
    expect(lost.length).toBeGreaterThanOrEqual(30);
    expect(lost.length).toBeLessThanOrEqual(copied);
    expect(problems[0]).toMatch(
      new RegExp(
        `^the cluster went back to an older state of its data, of before revision \\d+: all ${lost.length} writes .* ` +
          "are gone, and everything before is there$",
      ),
    );
    expect(problems).toContainEqual(expect.stringMatching(/^the revision went back: /));
    expect(problems).toContainEqual(
      expect.stringMatching(/^revision \d+ was given twice, so there are two histories/),
    );
    expect(problems).toContainEqual(
      expect.stringMatching(/its chain was at revision \d+ .* which no write .* explains/),
    );
  });

  test("and started without their data: the cluster was born anew, which its ID does not tell", async () => {
    await cluster.removeData();
    await cluster.startAll();
    await load.waitForAcknowledged(20);
    const { lost, problems } = await load.check();
    expect(lost.length).toBeGreaterThanOrEqual(30);
    expect(problems[0]).toMatch(
      new RegExp(
        `^the cluster was born anew, empty: all ${lost.length} writes acknowledged up to .* are gone`,
      ),
    );
    expect(problems).toContainEqual(expect.stringMatching(/^the revision went back: /));
    expect(problems).toContainEqual(expect.stringMatching(/its chain was not there at all/));
    expect(problems.join()).not.toMatch(/answers came from 2 clusters/);
  });
});

function acknowledged({ records }: WriteLoad): number {
  return records.filter(({ type }) => type === "acknowledged").length;
}
