/** Breaks on purpose what a cluster needs to boot, and wants the check of a boot to fail, and to say what is broken. */
import { expect, test } from "vitest";
import { joinedKey, memberPrefix } from "../../lib/cluster/bucket";
import { bootProblems, expectBooted } from "./lab/boot-check";
import { deleteObject, overwriteObjects, readObject } from "./lab/bucket-objects";
import type { Lab } from "./lab/lab";

/** Enough for a boot; what is broken does not mend itself. */
const PATIENCE = { timeoutMs: 30_000 };

export function noticesWhatIsBroken(lab: () => Lab): void {
  test("nothing at first: the same check is content", () => expectBooted(lab()));

  test("a member that is handed another one's key", async () => {
    const key = await readObject(lab(), `${memberPrefix({ name: "etcd-0" })}server.key`);
    const restore = await overwriteObjects(lab(), { [`${memberPrefix({ name: "etcd-1" })}server.key`]: key });
    await lab().replace("etcd-1", { disk: "kept" });
    await expect(expectBooted(lab(), PATIENCE)).rejects.toThrow(
      /etcd-1: etcd-setup\.service[^]*client-ca\.crt, server\.crt and server\.key do not fit together/,
    );
    await restore();
    await lab().replace("etcd-1", { disk: "kept" });
    await expectBooted(lab());
  });

  test("a unit without RequiresMountsFor, at the next boot", async () => {
    const machine = lab().machine("etcd-0");
    const unit = "/etc/systemd/system/etcd.service";
    await machine.must(["sed", "-i", "s/^RequiresMountsFor/#&/", unit]);
    await machine.cutPower();
    await machine.powerOn();
    await expect(expectBooted(lab(), PATIENCE)).rejects.toThrow(
      /etcd-0: etcd\.service is inactive[^]*Assertion failed for etcd\.service/,
    );
    expect(await bootProblems(lab().machine("etcd-1"))).toEqual([]);
    await machine.must(["sed", "-i", "s/^#RequiresMountsFor/RequiresMountsFor/", unit]);
    await machine.cutPower();
    await machine.powerOn();
    await expectBooted(lab());
  });

  test("a setting that etcd's release does not know", async () => {
    const machine = lab().machine("etcd-2");
    const folder = "/run/systemd/system/etcd.service.d";
    const restart = "systemctl daemon-reload; systemctl restart etcd.service";
    const typo = `mkdir ${folder}; printf '[Service]\\nEnvironment=ETCD_QUOTA=1\\n' >${folder}/typo.conf; ${restart}`;
    await machine.must(["sh", "-euc", typo]);
    expect(await bootProblems(machine)).toEqual([
      expect.stringMatching(/^etcd-2: .*unrecognized environment variable.*ETCD_QUOTA=1/),
    ]);
    await machine.must(["sh", "-euc", `rm -r ${folder}; ${restart}`]);
    expect(await bootProblems(machine)).toEqual([]);
  });

  test("a security group without its rule for peers", async () => {
    const { securityGroups } = await lab().project.readBack();
    const rules = securityGroups
      .flatMap((group) => group.rules.map((rule) => ({ group, rule })))
      .filter(({ rule }) => rule.direction === "ingress" && rule.fromPort === 2380);
    expect(rules).toHaveLength(1);
    const [{ group, rule }] = rules as [(typeof rules)[number]];
    await lab().project.emulator.response("ec2", "revoke_security_group_ingress", {
      GroupId: group.id,
      SecurityGroupRuleIds: [rule.id],
    });
    await lab().sync();
    const machine = lab().machine("etcd-2");
    await machine.cutPower();
    await machine.powerOn();
    await expect(expectBooted(lab(), PATIENCE)).rejects.toThrow(/\(etcd-\d\) -> .*tcp\/2380 refused/);
    const permission = {
      IpProtocol: "tcp",
      FromPort: 2380,
      ToPort: 2380,
      UserIdGroupPairs: [{ GroupId: group.id }],
    };
    await lab().project.emulator.response("ec2", "authorize_security_group_ingress", {
      GroupId: group.id,
      IpPermissions: [permission],
    });
    await lab().sync();
    const health = lab().watchHealth();
    await health.healthy(lab().endpoints);
    await health.stop();
  });

  test("a peer list with two addresses that are swapped", async () => {
    const { cluster } = lab();
    for (const member of cluster.members) await deleteObject(lab(), joinedKey(cluster, member));
    const { instances } = await lab().project.readBack();
    await Promise.all(
      instances.map(({ tags, userData }) =>
        lab().replace(tags["etcd-member"] ?? "", { disk: "empty", userData: swapped(userData ?? "") }),
      ),
    );
    await expect(expectBooted(lab(), PATIENCE)).rejects.toThrow(
      /etcd-0: etcd\.service[^]*--initial-cluster has etcd-0=https:\/\/10\.40\.1\.10:2380/,
    );
  });
}

/** The first two members with each other's address, in the peer list only. */
function swapped(userData: string): string {
  const line = /^( *ETCD_INITIAL_CLUSTER=)(.*)$/m;
  expect(userData).toMatch(line);
  return userData.replace(line, (_line, start: string, list: string) => {
    const [first, second, ...others] = list.split(",").map((entry) => entry.split("="));
    const entries = [[first![0], second![1]], [second![0], first![1]], ...others];
    return `${start}${entries.map((entry) => entry.join("=")).join(",")}`;
  });
}
