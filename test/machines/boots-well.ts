/** The first hours of a deployed cluster. */
import { expect, test } from "vitest";
import { memberPrefix } from "../../lib/cluster/bucket";
import { etcdBinaries } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import type { Findings } from "./findings";
import { BOOT_PHASES, bootPhases, phaseSeconds, type BootPhase } from "./lab/boot-phases";
import { expectBooted } from "./lab/boot-check";
import type { Lab } from "./lab/lab";

/** Of systemd-analyze, from 0 to 10; the unit that etcd's own repository has is above 9. */
const HIGHEST_EXPOSURE = 1.5;

/** From its disk to the quorum, for the member that has to wait for no other; less than two on a quiet machine. */
const QUORUM_WITHIN_SECONDS = 30;

export function bootsWell(lab: () => Lab, findings: Findings): void {
  test("and healthy at the end of its deploy, by the deploy's own check over mutual TLS", async () => {
    const { code, output } = await lab().deploy();
    expect(code, output).toBe(0);
    expect(output).toContain("cluster demo is healthy");
    expect(
      lab()
        .machines.map(({ name }) => name)
        .toSorted(),
    ).toEqual(["etcd-0", "etcd-1", "etcd-2"]);
  });

  test("and boots without an error, a retry or a refused packet", () => expectBooted(lab()));

  test("and runs on the user data that `cdktf-etcd render` prints", async () => {
    for (const { name, address, must } of lab().machines.map((machine) => ({
      name: machine.name,
      address: machine.address,
      must: (words: string[]) => machine.must(words),
    }))) {
      const { stdout } = await lab().project.run(["render", name, "--target", "aws"]);
      expect(`${await must(["cat", "/var/lib/cloud/instance/user-data.txt"])}\n`).toBe(stdout);
      expect(await must(["ip", "-brief", "address", "show", "ens5"])).toContain(address);
    }
  });

  test("and keeps a member from another one's keys", async () => {
    const get = (name: string): Promise<string> =>
      lab()
        .machine("etcd-0")
        .must(["sh", "-c", `etcd-bucket get ${memberPrefix({ name })}server.key /run/key 2>&1; echo $?`]);
    expect(await get("etcd-0")).toBe("0");
    expect(await get("etcd-1")).toMatch(/HTTP 403 AccessDenied\n4$/);
  });

  test("and keeps its ports for peers from everybody else", async () => {
    const { report } = await lab().verify("--checks", "peer-access");
    const seen = report.checks.find(({ id }) => id === "peer-access")?.results;
    expect(seen?.map(({ outcome, reason }) => `${outcome}: ${reason}`)).toEqual(
      lab().machines.map(() => expect.stringMatching(/^skipped: .*:2380 is not reachable from here/)),
    );
  });

  test("and has no way out of a machine but to the bucket", async () => {
    const reach = (host: string): Promise<string> =>
      lab()
        .machine("etcd-0")
        .must(["bash", "-c", `timeout 3 bash -c '</dev/tcp/${host}' 2>&1 && echo open || echo closed`]);
    expect(await reach("s3.eu-central-1.amazonaws.com/443")).toBe("open");
    expect(await reach("192.0.2.1/443")).toMatch(/closed$/);
    expect(await reach("etcd.io/443")).toMatch(/closed$/);
    expect((await lab().newRefusals()).join("\n")).toContain(
      "10.40.0.10 (etcd-0) -> 192.0.2.1 tcp/443 refused",
    );
  });

  let exposure = "";
  test("and has etcd in a sandbox that systemd finds tight", async () => {
    const rated = await lab()
      .machine("etcd-0")
      .must(["systemd-analyze", "security", "--no-pager", "etcd.service"]);
    [, exposure = ""] = /Overall exposure level for etcd\.service: ([\d.]+)/.exec(rated) ?? [];
    expect(exposure, rated).toMatch(/^\d+\.\d$/);
    expect(Number(exposure)).toBeLessThanOrEqual(HIGHEST_EXPOSURE);
  });

  test("and boots faster the second time", async () => {
    const machine = lab().machine("etcd-1");
    const firsts = await Promise.all(lab().machines.map((one) => bootPhases(one)));
    for (const phases of firsts) expect(phases.map(({ title }) => title)).toEqual(Object.values(BOOT_PHASES));
    const toQuorum = firsts.map(
      (phases) => phaseSeconds(phases, BOOT_PHASES.decided) + phaseSeconds(phases, BOOT_PHASES.quorum),
    );
    expect(Math.min(...toQuorum)).toBeLessThan(QUORUM_WITHIN_SECONDS);
    const first = await bootPhases(machine);
    await machine.powerOff();
    await machine.powerOn();
    await expectBooted(lab());
    const second = await bootPhases(machine);
    const bareMs = await bareStartMs();
    findings.boot = { release: lab().mirror.release, first, second, bareMs, exposure };
    expect(ownSeconds(second)).toBeLessThan(ownSeconds(first));
  });
}

/** Of a boot, without the time in which the first one waits for Terraform to attach the volume. */
function ownSeconds(phases: readonly BootPhase[]): number {
  const all = phases.at(-1)?.endedAtSeconds ?? Number.NaN;
  return all - phaseSeconds(phases, BOOT_PHASES.mounted);
}

/** From the start of three processes until all of them are ready. */
async function bareStartMs(): Promise<number> {
  const binaries = (await etcdBinaries()).at(-1)!;
  const began = performance.now();
  const cluster = await RawCluster.start({ binaries });
  const tookMs = performance.now() - began;
  await cluster.stop();
  return tookMs;
}
