import { describe, expect, test } from "vitest";
import {
  healthAware,
  leastRecentlyFailed,
  random,
  roundRobin,
  type Picker,
  type ServiceInstance,
} from "../../lib/discovery";

const instance = (name: string, createRevision = 1n): ServiceInstance => ({
  service: "s",
  instance: name,
  endpoint: `http://${name}`,
  metadata: {},
  key: `/micro/s/${name}`,
  createRevision,
  modRevision: createRevision,
  leaseId: "1",
});
const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => instance(name)) as [
  ServiceInstance,
  ServiceInstance,
  ServiceInstance,
  ServiceInstance,
];
const picked = (picker: Picker, from: readonly ServiceInstance[], times: number): string =>
  Array.from({ length: times }, () => picker.pick(from)?.instance ?? "-").join("");

describe.each([
  ["roundRobin", () => roundRobin()],
  ["random", () => random()],
  ["leastRecentlyFailed", () => leastRecentlyFailed()],
  ["healthAware", () => healthAware()],
])("%s", (_name, make) => {
  test("picks nobody of none", () => {
    expect(make().pick([])).toBeUndefined();
  });

  test("picks one that is there, whatever was picked and reported before", () => {
    const picker = make();
    for (let round = 0; round < 200; round += 1) {
      const there = [a, b, c, d].filter((_, index) => ((round * 7) >> index) % 2 === 0);
      const one = picker.pick(there);
      if (there.length === 0) expect(one).toBeUndefined();
      else expect(there).toContain(one);
      if (one !== undefined) picker.report(one, round % 3 === 0 ? "failed" : "succeeded");
    }
  });
});

describe("roundRobin", () => {
  test("gives everybody a turn, in the order of keys", () => {
    expect(picked(roundRobin(), [c, a, b], 7)).toBe("abcabca");
  });

  test("skips nobody when one goes, and favours nobody when one comes", () => {
    const picker = roundRobin();
    expect(picked(picker, [a, b, c], 2)).toBe("ab");
    expect(picked(picker, [a, c], 1)).toBe("c");
    expect(picked(picker, [a, b, c, d], 5)).toBe("dabcd");
  });
});

describe("random", () => {
  test("reaches all of them, the first and the last as well", () => {
    const numbers = [0, 0.34, 0.99999];
    const picker = random({ random: () => numbers.shift() ?? 0 });
    expect(picked(picker, [a, b, c], 3)).toBe("abc");
  });

  test("favours nobody", () => {
    const counts = new Map<string, number>();
    const picker = random();
    for (const name of picked(picker, [a, b, c, d], 8000)) counts.set(name, (counts.get(name) ?? 0) + 1);
    // 2000 each, with a standard deviation of 39.
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(300);
  });
});

describe("leastRecentlyFailed", () => {
  test("leaves out who failed, until it succeeds again", () => {
    const picker = leastRecentlyFailed();
    picker.report(b, "failed");
    expect(picked(picker, [a, b, c], 4)).toBe("acac");
    picker.report(b, "succeeded");
    expect(picked(picker, [a, b, c], 3)).toBe("abc");
  });

  test("takes the one whose failure is longest ago when all have failed", () => {
    const picker = leastRecentlyFailed();
    for (const one of [b, a, c, b]) picker.report(one, "failed");
    expect(picked(picker, [a, b, c], 2)).toBe("aa");
    picker.report(a, "failed");
    expect(picked(picker, [a, b, c], 1)).toBe("c");
  });

  test("gives one that was registered anew a clean slate", () => {
    const picker = leastRecentlyFailed();
    picker.report(a, "failed");
    expect(picked(picker, [instance("a", 9n)], 1)).toBe("a");
    picker.report(b, "failed");
    expect(picked(picker, [instance("a", 9n), b], 3)).toBe("aaa");
  });
});

describe("healthAware", () => {
  const at = { ms: 0 };
  const make = (): Picker => {
    at.ms = 0;
    return healthAware({ failures: 2, firstPauseMs: 1000, now: () => at.ms, random: () => 0.5 });
  };
  const failing = (picker: Picker, one: ServiceInstance, times: number): void => {
    for (let time = 0; time < times; time += 1) picker.report(one, "failed");
  };

  test("minds single failures as little as a success in between lets it", () => {
    const picker = make();
    failing(picker, a, 1);
    expect(picked(picker, [a, b], 4)).toBe("abab");
    picker.report(a, "succeeded");
    failing(picker, a, 1);
    expect(picked(picker, [a, b], 4)).toBe("abab");
  });

  test("leaves out who fails again and again, longer each time", () => {
    const picker = make();
    failing(picker, a, 2);
    expect(picked(picker, [a, b], 3)).toBe("bbb");
    at.ms = 1000;
    // One request to prove itself, and nobody else is sent there meanwhile.
    expect(picked(picker, [a, b], 3)).toBe("abb");
    failing(picker, a, 1);
    at.ms = 2900;
    expect(picked(picker, [a, b], 2)).toBe("bb");
    at.ms = 3000;
    expect(picked(picker, [a, b], 1)).toBe("a");
    picker.report(a, "succeeded");
    expect(picked(picker, [a, b], 4)).toBe("baba");
  });

  test("never leaves out all of them", () => {
    const picker = make();
    failing(picker, a, 3);
    failing(picker, b, 2);
    expect(picked(picker, [a, b], 3)).toBe("bbb");
  });

  test("gives one that was registered anew a clean slate", () => {
    const picker = make();
    failing(picker, a, 5);
    expect(picked(picker, [instance("a", 9n), b], 3)).toBe("aba");
  });
});
