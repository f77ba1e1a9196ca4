import type { Check } from "../check";
import { leaseExpires } from "./lease-expires";
import { learners } from "./learners";
import { memberAnswers } from "./member-answers";
import { membership } from "./membership";
import { noAlarms } from "./no-alarms";
import { oneLeader } from "./one-leader";
import { raftTerm } from "./raft-term";
import { release } from "./release";
import { sameCluster } from "./same-cluster";
import { watchSees } from "./watch-sees";
import { writeRead } from "./write-read";

/** Every check, in the order in which they are reported. */
export const allChecks: readonly Check[] = [
  memberAnswers,
  sameCluster,
  oneLeader,
  raftTerm,
  noAlarms,
  learners,
  release,
  membership,
  writeRead,
  watchSees,
  leaseExpires,
];
