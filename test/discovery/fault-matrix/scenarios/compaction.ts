import { expect } from "vitest";
import { Scene } from "../scene";
import type { Scenario } from "../scenario";
import { now } from "../support/protocol";

/**
 * Whoever finds the member frozen moves on before anything can be compacted. So one watcher is frozen as well, and one knows of no other
 * member.
 */
export const compaction: Scenario = {
  title: "what a watch missed is compacted",
  play: async (ground) => {
    const [first, second, third] = ground.members;
    await ground.makeLeader(first!);
    const scene = await Scene.open(ground, "compaction");
    const onlooker = await scene.watch(scene.guestProcess(), `${scene.name} onlooker`, { all: true }, 2);
    const confined = await scene.watch(scene.guestProcess(), `${scene.name} confined`, { all: true }, 0, [
      third!.endpoint,
    ]);
    onlooker.actor.freeze();
    third!.freeze();
    await scene.stir(0);
    await scene.stir(1);
    const { revision } = ground.recorder.history.at(-1)!;
    await ground.etcdctl("compact", String(revision), `--endpoints=${second!.endpoint}`);
    const began = now();
    onlooker.actor.thaw();
    await scene.stir();
    const writtenMs = now() - began;
    await scene.caughtUp([onlooker]);
    const ended = now();
    await ground.heal();
    scene.watchers.push(onlooker, confined);
    const backMs = (await scene.show(false)) - ended;
    const outcome = await scene.end({ mayBeLate: [onlooker, confined] });
    expect(outcome.lists).toBeGreaterThan(0);
    await scene.close();
    return [
      { what: "what a watch missed is compacted while its member is frozen", ...outcome, writtenMs, backMs },
    ];
  },
};
