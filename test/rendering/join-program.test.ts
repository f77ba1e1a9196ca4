import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { joinedKey, memberPrefix } from "../../lib/cluster/bucket";
import type { AwsCluster, AwsMember } from "../../lib/cluster/cluster";
import { TestAuthority } from "../support/certificates";
import { etcdBinaries, type TestEtcd } from "../support/etcd";
import { Ec2Surroundings } from "./support/ec2-surroundings";
import { awsCluster, PKI } from "./support/fixtures";
import { JoiningMember, type Start } from "./support/joining-member";
import { isRoot } from "./support/private-machine";

/** The first run on a machine downloads etcd. */
const FIRST_RUN_MS = 300_000;

interface ListedMember {
  readonly ID: number;
  readonly name?: string;
  readonly peerURLs: readonly string[];
}

/** Three real members, each on a machine and with a role of its own, around a bucket. */
class RealCluster {
  private constructor(
    readonly surroundings: Ec2Surroundings,
    readonly cluster: AwsCluster,
    readonly members: readonly [JoiningMember, JoiningMember, JoiningMember],
    private readonly folder: string,
  ) {}

  static async create(binaries: TestEtcd, tls: boolean): Promise<RealCluster> {
    const cluster = awsCluster({ etcd: { release: binaries.release }, ...(tls ? { tls: PKI } : {}) });
    const folder = await mkdtemp(join(tmpdir(), "join-program-"));
    const surroundings = await Ec2Surroundings.create(cluster);
    try {
      if (tls) await uploadCertificates(surroundings, cluster, folder);
      const create = (index: number) =>
        JoiningMember.create(surroundings, cluster, cluster.members[index] as AwsMember, binaries);
      const members = [await create(0), await create(1), await create(2)] as const;
      return new RealCluster(surroundings, cluster, members, folder);
    } catch (error) {
      await surroundings.remove();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  startAll(): Promise<Start[]> {
    return Promise.all(this.members.map((member) => member.start()));
  }

  joinedKey(member: JoiningMember): string {
    return joinedKey(this.cluster, member.member);
  }

  async remove(): Promise<void> {
    await this.surroundings.remove();
    for (const { machine } of this.members) await machine.remove();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function uploadCertificates(
  surroundings: Ec2Surroundings,
  cluster: AwsCluster,
  folder: string,
): Promise<void> {
  const clientCa = await TestAuthority.create(join(folder, "client"));
  const peerCa = await TestAuthority.create(join(folder, "peer"));
  for (const member of cluster.members) {
    const names = [`IP:${member.address}`, "IP:127.0.0.1", "DNS:localhost"];
    const server = await clientCa.issue(`${member.name}-server`, { names });
    const peer = await peerCa.issue(`${member.name}-peer`, { names });
    const files = {
      "client-ca.crt": clientCa.caFile,
      "server.crt": server.certFile,
      "server.key": server.keyFile,
      "peer-ca.crt": peerCa.caFile,
      "peer.crt": peer.certFile,
      "peer.key": peer.keyFile,
    };
    for (const [name, file] of Object.entries(files))
      await surroundings.put(`${memberPrefix(member)}${name}`, await readFile(file, "utf8"));
  }
}

async function listed(asked: JoiningMember): Promise<ListedMember[]> {
  const answer = JSON.parse(await asked.etcdctl("member", "list", "-w", "json")) as {
    members: ListedMember[];
  };
  return answer.members;
}

async function idOf(asked: JoiningMember, { member }: JoiningMember): Promise<string> {
  const lines = (await asked.etcdctl("member", "list")).split("\n");
  const own = lines.find((line) => line.includes(member.peerUrl));
  return own?.split(",")[0] ?? "not listed";
}

/** That the member is in the cluster as what it was, and has its data, by its own account. */
async function expectToBeBack(asked: JoiningMember, back: JoiningMember, idBefore: string): Promise<void> {
  expect((await listed(asked)).map(({ name, peerURLs }) => `${name}=${peerURLs.join()}`).sort()).toEqual(
    [0, 1, 2].map((index) => `etcd-${index}=${asked.member.peerUrl.replace(/0\.\d\.10/, `0.${index}.10`)}`),
  );
  expect(await idOf(asked, back)).not.toBe(idBefore);
  const own = ["get", "precious", "--print-value-only", "--consistency=s"];
  await expect.poll(() => back.etcdctl(...own), { timeout: 30_000 }).toBe("data");
}

describe.skipIf(!isRoot).each([
  ["the oldest release, over plain HTTP", 0, false],
  ["Debian stable's release, over mutual TLS", 1, true],
] as const)("etcd-join with three real members of %s", { timeout: 180_000 }, (_, suite, tls) => {
  let real: RealCluster;
  let first: JoiningMember;
  let second: JoiningMember;
  let third: JoiningMember;

  beforeAll(async () => {
    real = await RealCluster.create((await etcdBinaries())[suite]!, tls);
    [first, second, third] = real.members;
    const starts = await real.startAll();
    expect(starts.map(({ isReady, log }) => isReady || log)).toEqual([true, true, true]);
    await first.etcdctl("put", "precious", "data");
  }, FIRST_RUN_MS);
  afterAll(() => real?.remove());

  test("forms a new cluster, and each member notes that it has joined", async () => {
    for (const member of real.members) {
      expect(await member.succeed("cat /run/etcd/join.env")).toBe("");
      expect(await real.surroundings.read(real.joinedKey(member))).toBe("");
    }
    expect(await listed(first)).toHaveLength(3);
  });

  test("starts a member that has its data without asking anybody", async () => {
    await third.kill();
    await real.surroundings.wayToS3("closed");
    const { exitCode, stdout, stderr } = await third.runJoin();
    await real.surroundings.wayToS3("open");
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect((await third.start()).isReady).toBe(true);
  });

  test("brings a member with an empty volume back under its name and address", async () => {
    const idBefore = await idOf(first, third);
    await third.loseVolume();
    const log = await third.startUntilReady();
    expect(log).toContain(`etcd-join: member remove ${idBefore}\n`);
    expect(log).toContain(`etcd-join: member add etcd-2 --peer-urls=${third.member.peerUrl}\n`);
    await expectToBeBack(first, third, idBefore);
  });

  test("goes on after a crash between remove and add", async () => {
    const idBefore = await idOf(first, third);
    await third.loseVolume();
    await first.etcdctl("member", "remove", idBefore);
    const log = await third.startUntilReady();
    expect(log).not.toContain("member remove");
    await expectToBeBack(first, third, idBefore);
  });

  test("goes on after a crash between add and start", async () => {
    const idBefore = await idOf(first, third);
    await third.loseVolume();
    await first.etcdctl("member", "remove", idBefore);
    await expect
      .poll(() => first.etcdctl("member", "add", third.name, `--peer-urls=${third.member.peerUrl}`), {
        timeout: 60_000,
      })
      .toContain("added");
    expect((await third.runJoin()).stdout).toBe("");
    const log = await third.startUntilReady();
    expect(log).not.toMatch(/etcd-join: member/);
    await expectToBeBack(first, third, idBefore);
  });

  test("tells etcd nothing of the joining any more once there is data", async () => {
    expect(await third.succeed("cat /run/etcd/join.env")).toMatch(
      /^ETCD_INITIAL_CLUSTER_STATE=existing\nETCD_INITIAL_CLUSTER=etcd-/,
    );
    await third.kill();
    expect((await third.start()).isReady).toBe(true);
    expect(await third.succeed("cat /run/etcd/join.env")).toBe("");
  });

  test("brings a member back that lost its log and kept the rest", async () => {
    const idBefore = await idOf(first, third);
    await third.kill();
    await third.succeed("rm -rf /var/lib/etcd/data/member/wal");
    await third.startUntilReady();
    await expectToBeBack(first, third, idBefore);
  });

  describe("without a quorum", () => {
    beforeEach(async () => {
      await second.kill();
    });
    afterEach(async () => {
      await real.surroundings.wayToS3("open");
      await second.startUntilReady();
    });

    test("refuses a member with an empty volume that has joined before, also on the console", async () => {
      await third.loseVolume();
      const { isReady, log } = await third.start();
      expect(isReady).toBe(false);
      expect(log).toMatch(/REFUSED to start: \/var\/lib\/etcd\/data is empty, and /);
      // Up to 3.4 a member lists the members without a quorum, and is then asked to change them.
      expect(log).toMatch(
        /no quorum of the others answers, though this member was in its cluster before|the others did not accept: member remove/,
      );
      expect(await third.console()).toContain("etcd: REFUSED to start: ");

      // The quorum is back, and with the next attempt of systemd's this member, too.
      await second.startUntilReady();
      const idBefore = await idOf(first, third);
      await third.startUntilReady();
      await expectToBeBack(first, third, idBefore);
    });
  });

  describe("when nobody answers", () => {
    beforeEach(async () => {
      for (const member of [first, second]) await member.kill();
      await third.loseVolume();
    });
    afterEach(async () => {
      await real.surroundings.wayToS3("open");
      await Promise.all([first.startUntilReady(), second.startUntilReady()]);
      await third.startUntilReady();
    });

    const refusal = (result: { exitCode: number | undefined; stderr: string }) => {
      expect(result.exitCode).toBe(1);
      return result.stderr;
    };

    test("refuses by the note in the bucket", async () => {
      expect(refusal(await third.runJoin())).toMatch(
        /^etcd: REFUSED to start: .* no quorum of the others answers, though this member was in its cluster before/,
      );
    });

    test("refuses by the note on the volume, without the bucket", async () => {
      await third.succeed("touch /var/lib/etcd/bootstrapped");
      await real.surroundings.wayToS3("closed");
      expect(refusal(await third.runJoin())).toContain("delete status/etcd-2/joined-demo from the bucket");
    });

    test("refuses while the bucket cannot be reached", async () => {
      await real.surroundings.wayToS3("closed");
      expect(refusal(await third.runJoin())).toMatch(
        /whether this member was in its cluster before cannot be told without the bucket/,
      );
    });

    test("takes part in a new cluster if it never joined one", async () => {
      await real.surroundings.delete(real.joinedKey(third));
      const { exitCode, stdout } = await third.runJoin();
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
      expect(await third.succeed("cat /run/etcd/join.env")).toBe("");
    });
  });

  test("ends in time when the others are frozen", async () => {
    await third.loseVolume();
    await first.kill("STOP");
    await second.kill("STOP");
    try {
      const begin = Date.now();
      const { exitCode, stderr } = await third.runJoin();
      expect(exitCode).toBe(1);
      expect(stderr).toContain("REFUSED to start");
      expect(Date.now() - begin).toBeLessThan(60_000);
    } finally {
      await first.kill("CONT");
      await second.kill("CONT");
    }
    await third.startUntilReady();
  });
});

describe.skipIf(!isRoot)("etcd-join at the first boot of a cluster", { timeout: 180_000 }, () => {
  test("starts a late member of the initial cluster as new, when the others are a cluster already", async () => {
    const real = await RealCluster.create((await etcdBinaries())[2]!, true);
    try {
      const [first, second, third] = real.members;
      await Promise.all([first.start(), second.start()]);
      const idBefore = await idOf(first, third);
      const { isReady, log } = await third.start();
      expect(isReady, log).toBe(true);
      expect(log).not.toMatch(/etcd-join: member/);
      expect(await idOf(first, third)).toBe(idBefore);
    } finally {
      await real.remove();
    }
  });
});
