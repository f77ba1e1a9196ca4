/**
 * What `cdktf deploy` handed to AWS, booted: three machines with a real systemd and cloud-init, from the user data, keys, tarball,
 * roles, addresses and packet rules that the emulator holds then. The tests are one life, and follow each other.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bootsWell } from "./boots-well";
import { DRILLS } from "./drills";
import { DrillGround } from "./drills/drill-ground";
import { drillLine } from "./drills/table";
import { reportFindings, type Findings } from "./findings";
import { labProblem } from "./image/requirements";
import { Lab } from "./lab/lab";
import { noticesWhatIsBroken } from "./notices";

const STEP_MS = 480_000;

describe.skipIf(labProblem() !== undefined)(
  "a deployed cluster",
  { concurrent: false, timeout: STEP_MS },
  () => {
    const findings: Findings = { drills: [] };
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.create();
    }, STEP_MS);
    afterAll(() => lab?.dispose(), STEP_MS);

    describe("is what was defined", () => bootsWell(() => lab, findings));

    describe("loses nothing that it acknowledged when", () => {
      let ground: DrillGround;
      beforeAll(async () => {
        ground = await DrillGround.prepare(lab);
      }, STEP_MS);
      afterAll(async () => {
        await ground?.dispose();
        await reportFindings(findings);
      }, STEP_MS);

      test.each(DRILLS.map((drill) => [drill.title, drill] as const))("%s", async (_title, drill) => {
        const record = await ground.run(drill);
        findings.drills.push(record);
        console.log(drillLine(record));
        expect(record.lost).toBe(0);
      });
    });

    describe("is looked after by a lab that notices", () => noticesWhatIsBroken(() => lab));
  },
);
