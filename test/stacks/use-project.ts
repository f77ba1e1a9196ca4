import { afterAll, beforeAll } from "vitest";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Lets the tests of a file run in a folder of their own: a stack reads certificates, and what is left of processes, from the
 * working directory, where the repository may have some.
 */
export function useProject(): void {
  let home: string;
  let project: string;
  beforeAll(async () => {
    home = process.cwd();
    project = await realpath(await mkdtemp(join(tmpdir(), "cdktf-etcd-project-")));
    process.chdir(project);
  });
  afterAll(async () => {
    process.chdir(home);
    await rm(project, { recursive: true });
  });
}
