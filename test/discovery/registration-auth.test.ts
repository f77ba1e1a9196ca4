import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { etcdBinaries } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { RegistrationLab } from "./support/registration-lab";

const asRoot = ["--user", "root:secret"];

let cluster: RawCluster;
let lab: RegistrationLab;
beforeAll(async () => {
  // A second is the shortest: a token that is not used for so long is gone.
  const [oldest] = await etcdBinaries();
  cluster = await RawCluster.start({ binaries: oldest!, flags: ["--auth-token-ttl=1"] });
  for (const command of [
    "user add root:secret",
    "user grant-role root root",
    "user add app:word",
    "role add own",
    "role grant-permission own --prefix=true readwrite /micro/own/",
    "user grant-role app own",
    "auth enable",
  ])
    await cluster.etcdctl(command.split(" "));
});
afterAll(async () => {
  await cluster?.stop();
});
afterEach(async () => {
  await lab?.close();
});

describe("a registration by a user", () => {
  test(
    "outlives its token, and the restart of all members, which forget it",
    { timeout: 90_000 },
    async () => {
      lab = new RegistrationLab(cluster, { user: { name: "app", password: "word" } });
      const { registration, told } = lab.register({ service: "own", ttlSeconds: 9 });
      const { createRevision } = await registration.ready();
      // Asked every 2 to 3 s, each time with a token that has expired; without one of the answers the lease would be over.
      await sleep(11_000);
      expect(registration.state).toBe("registered");
      expect(told.problems).toEqual([]);

      await Promise.all(cluster.members.map((member) => member.kill()));
      cluster.members.forEach((member) => member.start());
      const updated = await registration.update({ endpoint: "10.0.3.8:8080" });
      expect(updated).toMatchObject({ endpoint: "10.0.3.8:8080", createRevision });
      expect(await registration.close()).toEqual({ isConfirmed: true });
    },
  );

  test("says so when the user may not write there, and stands as soon as that has changed", async () => {
    lab = new RegistrationLab(cluster, { user: { name: "app", password: "word" } });
    const { registration } = lab.register({ service: "others" });
    await expect(registration.ready()).rejects.toMatchObject({ kind: "permission-denied" });
    const grant = ["role", "grant-permission", "own", "--prefix=true", "readwrite", "/micro/others/"];
    await cluster.etcdctl([...grant, ...asRoot]);
    await expect.poll(() => registration.state, { timeout: 10_000 }).toBe("registered");
  });

  test("says so when the password is wrong", async () => {
    lab = new RegistrationLab(cluster, { user: { name: "app", password: "wrong" } });
    await expect(lab.register({ service: "own" }).registration.ready()).rejects.toMatchObject({
      kind: "wrong-password",
    });
  });
});
