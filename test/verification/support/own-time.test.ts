import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { inOwnTime } from "./own-time";

test("time that is waited for others counts", async () => {
  const began = performance.now();
  const { result, ownMs } = await inOwnTime(() => sleep(300, "waited"));
  expect(result).toBe("waited");
  expect(ownMs).toBeGreaterThan(50);
  expect(ownMs).toBeLessThanOrEqual(performance.now() - began);
});

test("time that is computed counts", async () => {
  const { ownMs } = await inOwnTime(async () => {
    const before = process.cpuUsage();
    for (let usedUs = 0; usedUs < 300_000;) {
      const { user, system } = process.cpuUsage(before);
      usedUs = user + system;
    }
    await sleep(0);
  });
  expect(ownMs).toBeGreaterThan(290);
});

test("time in which the process does not run does not count", async () => {
  const { ownMs } = await inOwnTime(async () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
    await sleep(0);
  });
  expect(ownMs).toBeLessThan(1000);
});
