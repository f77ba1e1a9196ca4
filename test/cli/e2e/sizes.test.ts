import { expect, test } from "vitest";
import { CliProject } from "../../support/cli";

const DEPLOY_AND_DESTROY_MS = 240_000;

test.each([1, 5])(
  "a cluster of %i on this machine is up, verified and down again",
  async (members) => {
    const project = await CliProject.create({ members });
    const up = await project.run(["up"]);
    expect(up.code, up.output).toBe(0);
    expect(up.stdout).toContain("cluster e2e is healthy");
    expect(Object.keys(project.pids())).toHaveLength(members);
    expect((await project.run(["verify"])).code).toBe(0);

    const down = await project.run(["down"]);
    expect(down.code, down.output).toBe(0);
    expect(project.pids()).toEqual({});
  },
  DEPLOY_AND_DESTROY_MS,
);
