/** Machines lose their disks, or fill them. */
import { expect } from "vitest";
import type { Lab } from "../lab/lab";
import { QUOTA_MIB } from "../lab/lab-definition";
import type { Drill } from "./drill";

const OFF = /connection refused|no reply to the attempt to connect/;

/** Until etcd refuses: values of a third of a megabyte less than its largest request. */
const FILL = `for i in $(seq 100); do
  head -c 900000 /dev/urandom | base64 -w0 | etcdctl put filler 2>&1 || exit 0
done`;

const REVISION = `etcdctl get filler --keys-only --write-out=fields | sed -n 's/^"Revision" : //p'`;

/** Only the member that is asked waits for its own compaction: what another one still has to remove, its first defragmentation keeps. */
const DEFRAGMENT = `until
  etcdctl defrag
  size=$(etcdctl endpoint status --write-out=fields | sed -n 's/^"DBSize" : //p')
  [ "$size" -lt ${(QUOTA_MIB / 4) * 2 ** 20} ]
do sleep 1; done`;

/** What the root disk has where the volume is mounted. */
const BELOW_THE_VOLUME = "mount --bind / /mnt; ls -A /mnt/var/lib/etcd";

export const quotaExceeded: Drill = {
  title: "the database reaches its quota (alarm NOSPACE); compacted, defragmented, disarmed",
  async run({ lab, breaks, sees, mends }) {
    const [first] = lab.machines;
    if (first === undefined) return;
    const makeRoom = lab.toRepair(async () => {
      await first.must(["bash", "-lec", `etcdctl compaction --physical "$(${REVISION})"`]);
      for (const machine of lab.machines) await machine.must(["bash", "-lec", DEFRAGMENT]);
      await first.must(["bash", "-lc", "etcdctl alarm disarm"]);
    });
    const filled = await breaks(() => first.must(["bash", "-lc", FILL]));
    expect(filled).toContain("database space exceeded");
    // Each member raises its own.
    await sees(
      lab.machines.map(({ name }) => name),
      /raised the alarm NOSPACE/,
    );
    await mends(makeRoom);
  },
};

export const replacedByDeploy: Drill = {
  title: "an instance is replaced by the command that `cdktf deploy` prints for it",
  async run({ lab, followers, breaks, sees, notes }) {
    const [name = ""] = await followers();
    const member = await memberId(lab, name);
    const { instanceId } = lab.machine(name);
    const replace = { TF_CLI_ARGS_apply: `-replace=aws_instance.${name}_instance` };
    const [{ code, output }] = await breaks(() =>
      Promise.all([lab.deploy(replace), sees(name, OFF, { checks: "member-answers" })]),
    );
    expect(code, output).toBe(0);
    expect(output).toContain("is healthy");
    expect(lab.machine(name).instanceId).not.toBe(instanceId);
    expect(await memberId(lab, name)).toBe(member);
    notes(`the deploy's own check at its end: cluster ${lab.cluster.name} is healthy`);
  },
};

export const replacedWithItsDisk: Drill = {
  title: "an instance is replaced, its data volume kept",
  async run({ lab, followers, breaks, sees }) {
    const [name = ""] = await followers();
    const member = await memberId(lab, name);
    await breaks(() => lab.replace(name, { disk: "kept" }));
    await sees(name, OFF);
    await expectMember(lab, name, (id) => id === member);
  },
};

export const replacedWithAnEmptyDisk: Drill = {
  title: "an instance is replaced, its data volume lost: it rejoins by itself",
  async run({ lab, leader, breaks, sees, notes }) {
    const name = await leader();
    const member = await memberId(lab, name);
    await breaks(() => lab.replace(name, { disk: "empty" }));
    await sees(name, OFF);
    await expectMember(lab, name, (id) => id !== member);
    notes(`${name}: member ${member} was removed, and another one added with its name and peer URL`);
  },
};

export const volumeMissing: Drill = {
  title: "the data volume is missing at boot, and attached later",
  async run({ lab, health, followers, breaks, sees, mends, notes }) {
    const [name = ""] = await followers();
    const machine = lab.machine(name);
    await breaks(async () => {
      await machine.cutPower();
      await machine.detach();
      await machine.powerOn();
    });
    await sees(name, OFF);
    const said = /etcd-data-volume: waiting for volume \S+ to be attached/;
    await expect.poll(() => machine.console, { timeout: 60_000 }).toMatch(said);
    const found = await machine.must([
      "sh",
      "-c",
      "mountpoint /var/lib/etcd; ls -A /var/lib/etcd; pgrep -x etcd; true",
    ]);
    expect(found.trim()).toBe("/var/lib/etcd is not a mountpoint");
    notes(`${name}: ${said.exec(machine.console)?.[0] ?? ""}`);
    await mends(() => machine.attach(lab.volumeOf(name)));
    await health.healthy([lab.endpoint(name)]);
    expect(await machine.must(["unshare", "--mount", "/bin/sh", "-euc", BELOW_THE_VOLUME])).toBe("");
  },
};

/** Waits until a member of that name and this machine's peer URL is in the list, with such an id. */
async function expectMember(lab: Lab, name: string, isRight: (id: string) => boolean): Promise<void> {
  await expect
    .poll(async () => isRight(await memberId(lab, name)), { timeout: 120_000, interval: 500 })
    .toBe(true);
}

async function memberId(lab: Lab, name: string): Promise<string> {
  const other = lab.machines.find((machine) => machine.name !== name);
  const list = (await other?.exec(["bash", "-lc", "etcdctl member list --write-out=simple"]))?.stdout ?? "";
  // ID, status, name, peer URLs, client URLs, whether it is a learner
  const rows = list.split("\n").map((line) => line.split(", "));
  const peerUrl = `https://${lab.machine(name).address}:2380`;
  return rows.find(([, , , peerUrls]) => peerUrls === peerUrl)?.[0] ?? "";
}
