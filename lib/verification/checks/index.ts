import type { Check } from "../check";
import { advertisedUrls } from "./advertised-urls";
import { authentication } from "./authentication";
import { compaction } from "./compaction";
import { databaseSize } from "./database-size";
import { fragmentation } from "./fragmentation";
import { clientAccess } from "./client-access";
import { clientCertificate } from "./client-certificate";
import { clock } from "./clock";
import { definition } from "./definition";
import { diskLatency } from "./disk-latency";
import { knownReleases } from "./known-releases";
import { roundTrip } from "./round-trip";
import { leaseExpires } from "./lease-expires";
import { learners } from "./learners";
import { memberAnswers } from "./member-answers";
import { membership } from "./membership";
import { noAlarms } from "./no-alarms";
import { oneLeader } from "./one-leader";
import { peerAccess } from "./peer-access";
import { peerCertificate } from "./peer-certificate";
import { raftLag } from "./raft-lag";
import { raftTerm } from "./raft-term";
import { release } from "./release";
import { sameCluster } from "./same-cluster";
import { sameData } from "./same-data";
import { stableLeader } from "./stable-leader";
import { snapshotAge } from "./snapshot-age";
import { watchSees } from "./watch-sees";
import { writeRead } from "./write-read";

/** Every check, in the order in which they are reported. */
export const allChecks: readonly Check[] = [
  memberAnswers,
  authentication,
  clientCertificate,
  clientAccess,
  peerCertificate,
  peerAccess,
  sameCluster,
  oneLeader,
  raftTerm,
  stableLeader,
  raftLag,
  sameData,
  noAlarms,
  databaseSize,
  fragmentation,
  compaction,
  learners,
  release,
  knownReleases,
  membership,
  definition,
  advertisedUrls,
  diskLatency,
  roundTrip,
  clock,
  writeRead,
  watchSees,
  leaseExpires,
  snapshotAge,
];
