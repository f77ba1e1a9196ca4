import type { Scenario } from "../scenario";
import { authentication } from "./authentication";
import { cluster } from "./cluster";
import { compaction } from "./compaction";
import { members } from "./members";
import { registrants } from "./registrants";

export const scenarios: readonly Scenario[] = [
  registrants,
  ...members,
  ...cluster,
  compaction,
  authentication,
];
