import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { inOwnTime } from "./own-time";

/** For so much time on a processor, however long that takes. */
async function compute(cpuMs: number): Promise<void> {
  const before = process.cpuUsage();
  for (let usedMs = 0; usedMs < cpuMs;) {
    const { user, system } = process.cpuUsage(before);
    usedMs = (user + system) / 1000;
  }
  await Promise.resolve();
}

test("time that is waited for others counts", async () => {
  const { result, ownMs } = await inOwnTime(() => sleep(300, "waited"));
  expect(result).toBe("waited");
  expect(ownMs).toBeGreaterThan(200);
});

test("time that is waited without letting anything else run counts", async () => {
  const { ownMs } = await inOwnTime(async () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    await sleep(0);
  });
  expect(ownMs).toBeGreaterThan(200);
});

test("time that is computed counts", async () => {
  const { ownMs } = await inOwnTime(() => compute(300));
  expect(ownMs).toBeGreaterThan(200);
});

test.runIf(process.platform === "linux")(
  "time in which others have the processors does not count",
  async () => {
    const others = Array.from({ length: 3 * availableParallelism() }, () =>
      spawn(process.execPath, ["-e", "process.stdout.write('.'); for (;;);"], {
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
    onTestFinished(() => others.forEach((other) => other.kill("SIGKILL")));
    await Promise.all(others.map((other) => once(other.stdout, "data")));
    const began = performance.now();
    const { ownMs } = await inOwnTime(() => compute(300));
    expect(ownMs).toBeLessThan(0.8 * (performance.now() - began));
  },
);
