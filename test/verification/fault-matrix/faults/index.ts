import type { Fault } from "../fault";
import { advertisedUrlFaults } from "./advertised-urls";
import { clockFaults } from "./clocks";
import { dataFaults } from "./data";
import { leaderFaults } from "./leaders";
import { releaseFaults } from "./releases";
import { alarmFaults } from "./alarms";
import { authenticationFaults } from "./authentication";
import { certificateFaults } from "./certificates";
import { definitionFaults } from "./definition";
import { endpointsOnlyFaults } from "./endpoints-only";
import { membershipFaults } from "./membership";
import { networkFaults } from "./network";
import { processFaults } from "./processes";
import { snapshotFaults } from "./snapshots";

/** What can be wrong, family by family. */
export const families: Readonly<Record<string, readonly Fault[]>> = {
  definition: definitionFaults,
  snapshots: snapshotFaults,
  processes: processFaults,
  network: networkFaults,
  certificates: certificateFaults,
  membership: membershipFaults,
  "endpoints only": endpointsOnlyFaults,
  "advertised URLs": advertisedUrlFaults,
  releases: releaseFaults,
  data: dataFaults,
  leaders: leaderFaults,
  clocks: clockFaults,
  alarms: alarmFaults,
  authentication: authenticationFaults,
};
