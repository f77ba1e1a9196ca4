/** The short form of it all on the older releases that can be had here: the machine, the settings and the joining are those of all. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { etcdBinaries } from "../support/etcd";
import { replacedWithAnEmptyDisk } from "./drills/disks";
import { DrillGround } from "./drills/drill-ground";
import { powerCut } from "./drills/power";
import { etcdKilled } from "./drills/processes";
import { drillLine } from "./drills/table";
import { labProblem } from "./image/requirements";
import { expectBooted } from "./lab/boot-check";
import { Lab } from "./lab/lab";

const STEP_MS = 300_000;

describe.skipIf(labProblem() !== undefined)(
  "a deployed cluster",
  { concurrent: false, timeout: STEP_MS },
  () => {
    // The newest is deployed.test.ts's.
    describe.each([0, 1])("of release %i of those that Debian has", (index) => {
      let lab: Lab;
      let ground: DrillGround;
      beforeAll(async () => {
        const etcd = (await etcdBinaries())[index];
        lab = await Lab.create(etcd === undefined ? {} : { etcd });
      }, STEP_MS);
      afterAll(async () => {
        await ground?.dispose();
        await lab?.dispose();
      }, STEP_MS);

      test("boots without an error, a retry or a refused packet", async () => {
        const { code, output } = await lab.deploy();
        expect(code, output).toBe(0);
        await expectBooted(lab);
        ground = await DrillGround.prepare(lab);
      });

      test.each([etcdKilled, powerCut, replacedWithAnEmptyDisk])(
        "loses nothing when $title",
        async (drill) => {
          console.log(`etcd ${lab.mirror.release}: ${drillLine(await ground.run(drill))}`);
        },
      );
    });
  },
);
