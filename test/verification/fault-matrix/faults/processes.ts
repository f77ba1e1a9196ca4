import type { RawMember } from "../../../support/raw-cluster";
import type { Accusation, Fault } from "../fault";
import type { Ground } from "../ground";
import { noQuorum } from "./no-quorum";

/** Whoever is killed or frozen is brought back by the ground. */
const undo = (): Promise<void> => Promise.resolve();

const refused = ({ name }: RawMember): Accusation => ({
  check: "member-answers",
  member: name,
  reason: /^connection refused$/,
  kind: "refused",
});

const frozen = ({ name }: RawMember): Accusation => ({
  check: "member-answers",
  member: name,
  reason: /^takes connections but .*: the process is frozen$/,
  kind: "frozen",
});

async function split(ground: Ground): Promise<{ leader: RawMember; followers: [RawMember, RawMember] }> {
  return { leader: await ground.leader(), followers: await ground.followers() };
}

export const processFaults: readonly Fault[] = [
  {
    title: "a follower is killed",
    make: async (ground) => {
      const [victim] = await ground.followers();
      await victim.kill();
      return { says: [refused(victim)], undo };
    },
  },
  {
    title: "the leader is killed",
    make: async (ground) => {
      const { leader, followers } = await split(ground);
      await leader.kill();
      await ground.elected(followers);
      return { says: [refused(leader)], undo };
    },
  },
  {
    title: "two of three are killed",
    make: async (ground) => {
      const { leader, followers } = await split(ground);
      await Promise.all(followers.map((member) => member.kill()));
      await ground.leaderless(leader);
      return { says: [...followers.map(refused), ...noQuorum(leader)], undo };
    },
  },
  {
    title: "all are killed",
    make: async ({ cluster }) => {
      await Promise.all(cluster.members.map((member) => member.kill()));
      return { says: cluster.members.map(refused), undo };
    },
  },
  {
    title: "one of three was started again",
    make: async (ground) => {
      const [first, ...others] = ground.cluster.members;
      if (first === undefined) throw new Error("no members");
      await Promise.all(ground.cluster.members.map((member) => member.kill()));
      first.start();
      await ground.listening(first);
      return {
        says: [
          ...others.map(refused),
          {
            check: "member-answers",
            member: first.name,
            reason: /: its member runs, and waits for a quorum before it serves clients, or /,
            kind: "not-serving",
          },
        ],
        undo,
      };
    },
  },
  {
    title: "a follower is frozen",
    make: async (ground) => {
      const [victim] = await ground.followers();
      victim.freeze();
      return { says: [frozen(victim)], undo };
    },
  },
  {
    title: "the leader is frozen",
    make: async (ground) => {
      const { leader, followers } = await split(ground);
      leader.freeze();
      await ground.elected(followers);
      return { says: [frozen(leader)], undo };
    },
  },
  {
    title: "two of three are frozen",
    make: async (ground) => {
      const { leader, followers } = await split(ground);
      for (const member of followers) member.freeze();
      await ground.leaderless(leader);
      return { says: [...followers.map(frozen), ...noQuorum(leader)], undo };
    },
  },
];
