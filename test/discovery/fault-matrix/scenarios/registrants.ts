import { expect } from "vitest";
import type { Registrant } from "../participants";
import { expectKnownInTime, Scene, ttlSeconds } from "../scene";
import type { Measured, Scenario } from "../scenario";
import { now } from "../support/protocol";

/** Everything that can become of an entry while the cluster is well; all at once, as it takes the time of a lease. */
export const registrants: Scenario = {
  title: "a registrant, or its entry, is gone",
  play: async (ground) => {
    const scene = await Scene.open(ground, "registrants");
    const [killed, terminated, frozen] = await Promise.all([
      scene.guest("killed"),
      scene.guest("terminated", 1),
      scene.guest("frozen", 2),
    ]);
    const [revoked, deleted, another] = scene.residents as [Registrant, Registrant, Registrant];
    const onlooker = await scene.watch(scene.guestProcess(), `${scene.name} onlooker`, { all: true });

    const began = now();
    onlooker.actor.freeze();
    frozen.actor.freeze();
    void killed.actor.end("SIGKILL");
    const ending = terminated.actor.end("SIGTERM");
    await Promise.all([
      ground.etcdctl("lease", "revoke", await leaseOf(ground, revoked.key)),
      ground.etcdctl("del", deleted.key),
    ]);
    const tampered = now();

    const withdrawn = await scene.happens("delete", terminated.key, began);
    expect(await ending).toBe("SIGTERM");
    expect(withdrawn.toldAt - began).toBeLessThanOrEqual(1000);

    const rows: Measured[] = [
      {
        what: "a registrant is sent SIGTERM",
        lagMs: withdrawn.toldAt - withdrawn.etcdAt,
        knownMs: withdrawn.toldAt - began,
      },
    ];
    for (const [what, one] of [
      ["its lease is revoked behind its back", revoked],
      ["its key is deleted by hand", deleted],
    ] as const) {
      const gone = await scene.happens("delete", one.key, began);
      const back = await scene.happens("put", one.key, gone.etcdAt);
      // A lease is renewed, and the entry looked at, every third of its time.
      expect(back.toldAt - tampered).toBeLessThanOrEqual((ttlSeconds * 1000) / 3 + 1500);
      rows.push({ what, goneMs: back.etcdAt - gone.etcdAt, lagMs: back.toldAt - back.etcdAt });
    }

    const expired = await scene.happens("delete", killed.key, began);
    expectKnownInTime(expired, began);
    rows.unshift({
      what: "a registrant is killed with SIGKILL",
      lagMs: expired.toldAt - expired.etcdAt,
      knownMs: expired.toldAt - began,
    });

    const lapsed = await scene.happens("delete", frozen.key, began);
    const thawed = now();
    frozen.actor.thaw();
    onlooker.actor.thaw();
    const again = await scene.happens("put", frozen.key, thawed);
    rows.push({
      what: "a registrant is frozen for longer than its TTL",
      knownMs: lapsed.toldAt - began,
      backMs: again.toldAt - thawed,
    });
    // What came meanwhile has waited for it.
    scene.watchers.push(onlooker);
    const { lists, staleMs } = await scene.end({ mayGo: [revoked, deleted], mayBeLate: [onlooker] });
    rows.push({ what: "a watcher is frozen meanwhile", lists, staleMs });
    expect(scene.history.filter(({ key }) => key === another.key)).toEqual([]);
    await scene.close();
    return rows;
  },
};

async function leaseOf(
  ground: { etcdctl(...args: string[]): Promise<string> },
  key: string,
): Promise<string> {
  // Its ID is larger than what JSON.parse keeps of a number.
  const [, id = "0"] = /"lease":(\d+)/.exec(await ground.etcdctl("get", key, "-w", "json")) ?? [];
  return BigInt(id).toString(16);
}
