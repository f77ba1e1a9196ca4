import { expect, test } from "vitest";
import { APP, CliProject } from "../support/cli";

test("a stack on AWS needs its certificates to be made, and none of them to be destroyed", async () => {
  const project = await CliProject.create();
  await project.write("cluster.yaml", "name: demo\naws: { region: eu-central-1 }\n");
  const app = (env: Record<string, string>) =>
    project.startProgram([process.execPath, ...APP], { env: { TARGET: "aws", ...env } }).result;
  const deploy = await app({});
  expect(deploy.code).toBe(2);
  expect(deploy.stderr).toContain("cdktf-etcd pki init");
  expect(project.stacks()).toEqual([]);
  const destroy = await app({ CDKTF_ETCD_DESTROY: "1" });
  expect(destroy.code, destroy.output).toBe(0);
  expect(project.stacks()).toEqual(["demo-aws"]);
});
