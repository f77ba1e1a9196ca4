import { root, prefix, type Ground } from "../ground";
import { outlastLeases, Scene } from "../scene";
import type { Scenario } from "../scenario";
import { now } from "../support/protocol";

/** Who may do what these tests do, and nothing else. */
const application = { name: "application", password: "its own" };

/** Tokens expire between two renewals of a lease, are outdated by a change of the users, and die with each member. */
export const authentication: Scenario = {
  title: "tokens expire, are outdated and are lost",
  play: async (ground) => {
    await enable(ground);
    try {
      const scene = await Scene.open(ground, "authentication", { user: application });
      await outlastLeases(now());
      await ground.etcdctl("role", "add", "another");
      const began = now();
      await scene.stir();
      const writtenMs = now() - began;
      for (const [index, member] of ground.members.entries()) {
        await member.restart();
        await scene.stir(index);
        // The next one may be the new leader: who has not been told by then waits for another election.
        await scene.caughtUp();
      }
      const outcome = await scene.end();
      await scene.close();
      return [{ what: "tokens expire, are outdated, and are lost with every member", ...outcome, writtenMs }];
    } finally {
      await ground.heal();
      await ground.etcdctl("auth", "disable");
    }
  },
};

async function enable(ground: Ground): Promise<void> {
  for (const { name, password } of [root, application])
    await ground.etcdctl("user", "add", `${name}:${password}`);
  await ground.etcdctl("role", "add", "applications");
  await ground.etcdctl("role", "grant-permission", "applications", "readwrite", prefix, "--prefix");
  await ground.etcdctl("user", "grant-role", application.name, "applications");
  await ground.etcdctl("user", "grant-role", root.name, "root");
  await ground.etcdctl("auth", "enable");
}
