import { expect } from "vitest";
import { reasonOf } from "../participants";
import type { Period } from "../period";
import { outlastLeases, Scene } from "../scene";
import type { Scenario } from "../scenario";
import { now } from "../support/protocol";

/** Two checks and a call that stay without an answer (`staleAfterMs` of WatchHub), and a second. */
const staleWithinMs = 4000;

export const cluster: readonly Scenario[] = [
  {
    title: "the quorum is lost for longer than the TTL",
    play: async (ground) => {
      const [first, , third] = ground.members;
      await ground.makeLeader(first!);
      const scene = await Scene.open(ground, "no-quorum");
      first!.freeze();
      third!.freeze();
      const began = now();
      expect((await scene.show(true)) - began).toBeLessThanOrEqual(staleWithinMs);
      await outlastLeases(began);
      for (const resident of scene.residents)
        expect(reasonOf(resident)).toMatch(/ for 5 s: (?!this process)/);
      const ended = now();
      await ground.heal();
      const leaderless = [{ from: began, to: now() }];
      const backMs = Math.max(await scene.registered(), await scene.show(false)) - ended;
      // Nobody could have kept a lease alive.
      const outcome = await scene.end({ mayGo: scene.residents, leaderless });
      const goneMs = scene.longestGoneMs();
      await scene.close();
      return [{ what: "two of three are frozen for longer than the TTL", ...outcome, backMs, goneMs }];
    },
  },
  {
    title: "all members are killed and started again",
    play: async (ground) => {
      const scene = await Scene.open(ground, "all-killed");
      await Promise.all(ground.members.map((member) => member.kill()));
      const began = now();
      for (const member of ground.members) member.start();
      await scene.stir();
      const writtenMs = now() - began;
      await ground.heal();
      const outcome = await scene.end();
      await scene.close();
      return [{ what: "all three are killed and started again", ...outcome, writtenMs }];
    },
  },
  {
    title: "members are restarted one after another, while registrations come and go",
    onlyNewest: true,
    play: async (ground) => {
      const scene = await Scene.open(ground, "rolling");
      const calmDown = await scene.churn({ instances: 20, perSecond: 10 });
      const leaderless: Period[] = [];
      for (const member of ground.members) {
        // In the graceful way etcd gives whoever watches 7 s to leave; once is enough.
        await member.kill(member === ground.members[0] ? "SIGTERM" : "SIGKILL");
        const from = now();
        member.start();
        await Promise.any(ground.members.map((each) => each.ready()));
        leaderless.push({ from, to: now() });
        await member.ready();
      }
      await calmDown();
      const outcome = await scene.end({ leaderless });
      const count = scene.history.length;
      expect(count).toBeGreaterThan(20);
      await scene.close();
      return [{ what: `a rolling restart, ${count} events meanwhile`, ...outcome }];
    },
  },
];
