import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take long. One that began last would hold up the end of a run in which everything else is done; and those that mostly wait, for
 * boots and for Terraform, come one after another, beside others that compute: side by side they leave the processors idle, and what
 * computes is left for later, when it is too much at once. vitest goes by the times of the run before, which a fresh machine does not have.
 */
const LONGEST = [
  "test/machines/deployed.test.ts",
  "test/verification/fault-matrix/",
  "test/discovery/fault-matrix/",
  "test/cli/e2e/",
  "test/aws/cluster.test.ts",
  "test/rendering/join-program.test.ts",
  "test/discovery/soak.test.ts",
  "test/verification/checks/round-trip.test.ts",
  "test/verification/checks/authentication.test.ts",
  "test/bin/",
  "test/stacks/",
  "test/aws/",
  "test/cli/",
  "test/machines/releases.test.ts",
  "test/machines/",
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
