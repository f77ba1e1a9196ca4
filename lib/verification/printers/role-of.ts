import type { MemberStatus } from "../questions/answers";

/** In etcd's words. */
export function roleOf({ isLeader, isLearner }: MemberStatus): "leader" | "learner" | "follower" {
  return isLeader ? "leader" : isLearner ? "learner" : "follower";
}
