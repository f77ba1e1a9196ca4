import {
  quotaExceeded,
  replacedByDeploy,
  replacedWithAnEmptyDisk,
  replacedWithItsDisk,
  volumeMissing,
} from "./disks";
import type { Drill } from "./drill";
import { bucketUnreachable, foreignCertificates, wrongTarball } from "./first-boot";
import { cablePulled, leaderCutOff } from "./network";
import { allOff, powerCut, rebooted, twoOfThreeLost } from "./power";
import { etcdKilled, leaderFrozen } from "./processes";

/** In the order in which they are run and shown: what needs nothing new first. */
export const DRILLS: readonly Drill[] = [
  etcdKilled,
  leaderFrozen,
  leaderCutOff,
  cablePulled,
  rebooted,
  powerCut,
  twoOfThreeLost,
  allOff,
  volumeMissing,
  replacedByDeploy,
  replacedWithItsDisk,
  replacedWithAnEmptyDisk,
  bucketUnreachable,
  wrongTarball,
  foreignCertificates,
  // Last: a member that rejoins a young cluster gets its whole log, and with it a database as large as it ever was.
  quotaExceeded,
];
