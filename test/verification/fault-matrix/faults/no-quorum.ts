import type { RawMember } from "../../../support/raw-cluster";
import type { Accusation } from "../fault";

/** What is said of a member that runs and has no majority with it. */
export function noQuorum({ name }: RawMember): Accusation[] {
  return [
    { check: "one-leader", member: name, reason: /^knows of no leader$/ },
    { check: "write-read", member: name, reason: /^could not write: .*no (?:quorum|leader)/ },
    { check: "watch-sees", member: name, reason: /^saw no event: .*no (?:quorum|leader)/ },
  ];
}
