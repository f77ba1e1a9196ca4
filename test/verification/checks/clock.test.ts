import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { verify, type CheckReport } from "../../../lib/verification";
import { judgeClocks, needCloserLook, type MemberClock } from "../../../lib/verification/checks/clock";
import { aheadMs, clockReading, narrow } from "../../../lib/verification/questions/clock-reading";
import { defaultEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { check } from "../support/reports";
import { WrongClock } from "../support/wrong-clock";

describe("a time in whole seconds", () => {
  const noon = new Date("2026-11-22T12:00:00Z");

  test("says within which bounds a clock is: the second that it names, and the time that the answer took", () => {
    const reading = clockReading(noon, 100, 140);
    expect(reading).toEqual({ earliestMs: noon.getTime() - 140, latestMs: noon.getTime() + 1000 - 100 });
  });

  test("leaves no certain difference between clocks that may agree", () => {
    const one = clockReading(noon, 0, 10);
    const next = clockReading(new Date(noon.getTime() + 1000), 20, 30);
    expect(aheadMs(next, one)).toBeLessThanOrEqual(0);
    expect(aheadMs(one, next)).toBeLessThanOrEqual(0);
  });

  test("says more when it is looked at again", () => {
    const once = clockReading(noon, 0, 10);
    const again = clockReading(new Date(noon.getTime() + 1000), 250, 260);
    const both = narrow(once, again);
    // The second ended between the two looks.
    expect(both.latestMs - both.earliestMs).toBe(260);
  });

  test("counts alone if the clock was set since", () => {
    const once = clockReading(noon, 0, 10);
    const after = clockReading(new Date(noon.getTime() + 60_000), 250, 260);
    expect(narrow(once, after)).toBe(after);
  });
});

describe("clocks", () => {
  const at = (name: string, fromMs: number, toMs: number): MemberClock => ({
    target: {
      label: name,
      endpoint: `http://${name}:2379`,
      address: { host: name, port: 2379 },
      serverName: name,
    },
    reading: { earliestMs: fromMs, latestMs: toMs },
  });
  const exactly = (ms: number): MemberClock["reading"] => ({ earliestMs: ms, latestMs: ms });
  const own = exactly(500);

  test("that may be the same pass", () => {
    expect(judgeClocks([at("a", 0, 1000), at("b", 10, 1010), at("c", -900, 100)], own)).toEqual([
      { outcome: "passed", reason: "at most 1.9 s apart" },
    ]);
  });

  test("that differ by a second for certain are a warning for whoever is far from the middle", () => {
    expect(judgeClocks([at("a", 0, 250), at("b", 5000, 5250), at("c", 100, 350)], own)).toMatchObject([
      {
        outcome: "warned",
        target: { label: "b" },
        reason: "its clock is 4.7 to 5.2 s ahead of c's",
      },
    ]);
    expect(judgeClocks([at("a", 0, 250), at("b", -5000, -4750), at("c", 100, 350)], own)).toMatchObject([
      { target: { label: "b" }, reason: "its clock is 4.8 to 5.3 s behind a's" },
    ]);
  });

  test("that are spread over more than a second are a warning even if nobody is far from the middle", () => {
    const spread = [at("a", 0, 100), at("b", 900, 1000), at("c", 1800, 1900)];
    expect(judgeClocks(spread, own)).toMatchObject([
      { outcome: "warned", target: { label: "c" }, reason: "its clock is 1.7 to 1.9 s ahead of a's" },
    ]);
  });

  test("that agree with each other but not with this machine are its problem, from a minute on", () => {
    const members = [at("a", 0, 1000), at("b", 10, 1010)];
    expect(judgeClocks(members, exactly(-30_000))).toMatchObject([{ outcome: "passed" }]);
    expect(judgeClocks(members, exactly(75_000))).toMatchObject([
      {
        outcome: "warned",
        reason: "the members agree, but their clocks are 74.0 to 75.0 s behind this machine's",
      },
    ]);
  });

  test("of a cluster of one are compared with this machine's", () => {
    expect(judgeClocks([at("a", 0, 1000)], own)).toEqual([
      { outcome: "passed", reason: "within 0.5 s of this machine's" },
    ]);
  });

  test("are looked at more closely only when they may differ", () => {
    expect(needCloserLook([at("a", 0, 1000)])).toBe(false);
    expect(needCloserLook([at("a", 0, 1000), at("b", 30, 1030)])).toBe(false);
    expect(needCloserLook([at("a", 0, 1000), at("b", 990, 1990)])).toBe(true);
    expect(needCloserLook([at("a", 0, 1000), at("b", 3000, 4000)])).toBe(true);
  });
});

describe("three members", () => {
  let cluster: RawCluster;
  let clocks: WrongClock[] = [];
  beforeAll(async () => {
    cluster = await RawCluster.start({ binaries: await defaultEtcd() });
    clocks = await Promise.all(cluster.endpoints.map((endpoint) => WrongClock.before(endpoint)));
  });
  afterEach(() => clocks.forEach((clock) => (clock.aheadMs = 0)));
  afterAll(async () => {
    await Promise.all(clocks.map((clock) => clock.stop()));
    await cluster?.stop();
  });

  const ask = async (): Promise<CheckReport> => {
    const report = await verify({
      expectation: cluster.expectation,
      checks: ["clock"],
      connectTo: (endpoint) => clocks[cluster.endpoints.indexOf(endpoint)]?.address,
    });
    expect(report.verdict).toBe("healthy");
    expect(report.tookMs).toBeLessThan(3000);
    return check(report, "clock");
  };

  test("on one machine agree, whenever in the second they are asked", async () => {
    for (let round = 0; round < 20; round += 1) {
      const { outcome, results } = await ask();
      expect([outcome, results[0]?.reason]).toEqual([
        "passed",
        expect.stringMatching(/^at most \d\.\d s apart$/),
      ]);
    }
  });

  test("are warned of if one is 2 s ahead, and by about how much", async () => {
    const [, second] = clocks;
    if (second !== undefined) second.aheadMs = 2000;
    const { results } = await ask();
    expect(results).toMatchObject([{ outcome: "warned", member: "etcd-2" }]);
    const [, least, most] = /^its clock is ([\d.]+) to ([\d.]+) s ahead of etcd-[13]'s$/.exec(
      results[0]?.reason ?? "",
    ) ?? ["", "", ""];
    expect(Number(least)).toBeGreaterThan(1);
    expect(Number(least)).toBeLessThanOrEqual(2);
    expect(Number(most)).toBeGreaterThanOrEqual(2);
    expect(Number(most)).toBeLessThan(3);
  });

  test("are not warned of while the difference is within what etcd accepts", async () => {
    const [first] = clocks;
    if (first !== undefined) first.aheadMs = 1000;
    expect((await ask()).outcome).toBe("passed");
  });

  test("that are all an hour behind are not warned of one by one: it may be this machine", async () => {
    for (const clock of clocks) clock.aheadMs = -3_600_000;
    expect((await ask()).results).toMatchObject([
      {
        outcome: "warned",
        endpoint: undefined,
        reason: expect.stringMatching(/^the members agree, but their clocks are \d+\.\d to \d+\.\d s behind/),
      },
    ]);
  });
});
