import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { renderDataDirectoryScript } from "../../lib/rendering/scripts";
import { isRoot, PrivateMachine } from "./private-machine";

const OWNERS = "stat -c '%n %U %a' /var/lib/etcd/data /var/lib/etcd/data/member/* 2>/dev/null";

describe.skipIf(!isRoot)("the data directory script, run for real", () => {
  let machine: PrivateMachine;
  beforeEach(async () => {
    machine = await PrivateMachine.create();
  });
  afterEach(() => machine.remove());

  async function runScript(prepare: string, afterwards = "") {
    const script = await machine.write("etcd-data-directory", renderDataDirectoryScript());
    const passwd = await machine.write(
      "passwd",
      "root:x:0:0::/root:/bin/sh\netcd:x:4242:4242::/var/lib/etcd:/bin/false\n",
    );
    const group = await machine.write("group", "root:x:0:\netcd:x:4242:\n");
    return machine.run(`
mount --bind '${passwd}' /etc/passwd
mount --bind '${group}' /etc/group
mkdir -p /var/lib/etcd
${prepare}
'${script}' || { STATUS=$?; cat /dev/console; exit "$STATUS"; }
${afterwards}
`);
  }

  test("makes the directory of a new member, for etcd alone", async () => {
    const { failure, stdout } = await runScript("", `${OWNERS} || true`);
    expect(failure).toBeUndefined();
    expect(stdout).toBe("/var/lib/etcd/data etcd 700");
  });

  test("gives a volume's data to the user etcd of this image, and changes nothing the second time", async () => {
    const prepare =
      "mkdir -p /var/lib/etcd/data/member; echo 1 >/var/lib/etcd/data/member/db; touch /var/lib/etcd/bootstrapped";
    const { failure, stdout } = await runScript(prepare, `${OWNERS}; cat /var/lib/etcd/data/member/db`);
    expect(failure).toBeUndefined();
    expect(stdout).toBe("/var/lib/etcd/data etcd 700\n/var/lib/etcd/data/member/db etcd 644\n1");
  });

  test.each([
    ["empty", "mkdir -p /var/lib/etcd/data"],
    ["gone", ""],
  ])(
    "refuses a member that was in its cluster and whose data is %s, also on the console",
    async (_, prepare) => {
      const { exitCode, stdout, stderr } = await runScript(`${prepare}\ntouch /var/lib/etcd/bootstrapped`);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(
        /^etcd: REFUSED to start: this member was in its cluster before, but \/var\/lib\/etcd\/data is empty/,
      );
      expect(stderr).toContain("set ETCD_INITIAL_CLUSTER_STATE=existing in /etc/etcd/etcd.env");
      expect(stdout).toBe(stderr);
    },
  );
});
