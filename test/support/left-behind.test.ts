import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { labProblem } from "../machines/image/requirements";
import { watchForLeftovers } from "./left-behind";

/** Prints the number of a process that goes on, and ends: nobody is its parent any more. */
const ORPHAN = 'node -e "setInterval(() => {}, 1000)" orphan "$1" >/dev/null 2>&1 & echo $!';

async function orphan(name: string, env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn("/bin/sh", ["-c", ORPHAN, "sh", name], { env, detached: true });
  const [printed] = (await once(child.stdout, "data")) as [Buffer];
  return Number(printed.toString());
}

describe.skipIf(labProblem() !== undefined)("what is left behind", () => {
  const orphans: number[] = [];
  beforeEach(() => void vi.stubEnv("CDKTF_ETCD_TEST_RUN", process.env["CDKTF_ETCD_TEST_RUN"]));
  afterEach(() => {
    vi.unstubAllEnvs();
    process.exitCode = undefined;
    for (const pid of orphans.splice(0)) process.kill(pid);
  });

  test("is every process that inherited this run's environment, whatever its program, and no other run's", async () => {
    const strangers = { ...process.env, CDKTF_ETCD_TEST_RUN: "another" };
    const check = await watchForLeftovers(0);
    orphans.push(await orphan("own", process.env), await orphan("strange", strangers));
    const said = await check().catch(String);
    expect(said).toMatch(new RegExp(`process ${orphans[0]}: .* own$`, "m"));
    expect(said).not.toMatch(/ strange$/m);
    expect(process.exitCode).toBe(1);
  });
});
