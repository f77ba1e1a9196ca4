import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take minutes, most of which is waiting. One that began last would hold up the end of a run in which everything else is
 * done. vitest goes by the times of the run before, which a fresh machine does not have.
 */
const LONGEST = [
  "test/machines/deployed.test.ts",
  "test/aws/cluster.test.ts",
  "test/machines/releases.test.ts",
  "test/discovery/fault-matrix/",
  "test/discovery/soak.test.ts",
  "test/verification/fault-matrix/",
  "test/aws/",
  "test/machines/",
  "test/cli/e2e/",
  "test/verification/checks/round-trip.test.ts",
];

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const file = relative(project.config.root, moduleId);
      const found = LONGEST.findIndex((start) => file.startsWith(start));
      return found < 0 ? LONGEST.length : found;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
