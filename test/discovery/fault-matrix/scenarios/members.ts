import { expect } from "vitest";
import type { RawMember } from "../../../support/raw-cluster";
import type { Ground } from "../ground";
import { expectKnownInTime, outlastLeases, Scene } from "../scene";
import type { Scenario } from "../scenario";
import { now } from "../support/protocol";

interface MemberFault {
  readonly what: string;
  readonly begin: (ground: Ground, member: RawMember) => Promise<void> | void;
  /** Longer than any lease lasts, so that what is wrong with it shows; else as long as it takes. */
  readonly outlastsTtl: boolean;
}

const faults: readonly MemberFault[] = [
  { what: "killed and started again", begin: (_, member) => member.kill(), outlastsTtl: false },
  { what: "frozen", begin: (_, member) => member.freeze(), outlastsTtl: true },
  {
    what: "cut off from its peers",
    begin: (ground, member) => ground.cutOffFromPeers(member),
    outlastsTtl: true,
  },
  {
    what: "cut off from its clients",
    begin: (ground, member) => ground.cutOffFromClients(member),
    outlastsTtl: true,
  },
];

/** Of entries that etcd itself has taken away: so soon they are back. */
const longestGapMs = 1500;

async function play(
  { what, begin, outlastsTtl }: MemberFault,
  ground: Ground,
  index: number,
): ReturnType<Scenario["play"]> {
  const member = ground.members[index]!;
  // The first as the leader, the others as followers.
  await ground.makeLeader(ground.members[index === 0 ? 0 : index === 1 ? 2 : 1]!);
  const scene = await Scene.open(ground, `${what.replaceAll(" ", "-")}-${index + 1}`);
  const guest = outlastsTtl ? await scene.guest("killed", index) : undefined;
  await begin(ground, member);
  const began = now();
  void guest?.actor.end("SIGKILL");
  await scene.stir(index);
  const writtenMs = now() - began;
  let knownMs: number | undefined;
  if (guest !== undefined) {
    const expired = await scene.happens("delete", guest.key, began);
    // A new leader gives every lease its full time once more, and an election takes some: etcd's own time is the measure.
    if (index > 0) expectKnownInTime(expired, began);
    knownMs = expired.toldAt - began;
    await outlastLeases(began);
  }
  await ground.heal();
  await scene.stir(index);
  // A leader that is thawed may revoke all leases, although another one has taken over long ago and renewed them
  // (https://github.com/etcd-io/etcd/issues/15247). Since 3.4.31 and 3.5.13 it asks itself first, but not if its clock has ticked once
  // more before it comes to that: `isActive` in server/etcdserver/server.go.
  const mayGo = index === 0 && what === "frozen";
  const outcome = await scene.end({ mayGo: mayGo ? scene.residents : [] });
  const goneMs = scene.longestGoneMs();
  if (goneMs !== undefined) expect(goneMs).toBeLessThan(longestGapMs);
  await scene.close();
  const who = index === 0 ? "the leader" : `${member.name}, a follower,`;
  return [{ what: `${who} is ${what}`, ...outcome, knownMs, writtenMs, goneMs }];
}

export const members: readonly Scenario[] = faults.flatMap((fault) =>
  [0, 1, 2].map((index): Scenario => ({
    title: `etcd-${index + 1} is ${fault.what}`,
    play: (ground) => play(fault, ground, index),
  })),
);
