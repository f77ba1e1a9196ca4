/** What `up` and `down` on AWS refuse before anything is called. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";
import { EXIT } from "../../lib/cli/exit-codes";
import { cli, inEmptyFolder, namesHere } from "./in-process";

beforeEach(() => {
  inEmptyFolder();
  for (const name of ["CLUSTER", "TARGET", "CDKTF_ETCD_OUTPUTS"]) vi.stubEnv(name, undefined);
  writeFileSync("cluster.yaml", "name: demo\naws: { region: eu-central-1 }\n");
  return () => vi.unstubAllEnvs();
});

function deployed(): void {
  const state = { version: 4, outputs: { etcd_cluster: { value: { name: "demo" } } }, resources: [] };
  writeFileSync("terraform.demo-aws.tfstate", JSON.stringify(state));
}

test("up makes no new CA for a cluster that is deployed and trusts another", async () => {
  deployed();
  const before = namesHere();
  const { code, stderr } = await cli("up", "--target", "aws");
  expect(code).toBe(EXIT.external);
  expect(stderr).toContain(
    "demo is deployed (terraform.demo-aws.tfstate) and its certificates are not here: pki/demo/client-ca.crt and pki/demo/peer-ca.crt missing",
  );
  expect(stderr).toContain("bring pki/demo from where the cluster was deployed");
  expect(namesHere()).toEqual(before);
});

test("up names the one CA that is missing", async () => {
  deployed();
  mkdirSync("pki/demo", { recursive: true });
  writeFileSync("pki/demo/client-ca.crt", "a CA");
  const { stderr } = await cli("up", "--target", "aws");
  expect(stderr).toContain("its certificates are not here: pki/demo/peer-ca.crt missing");
});

test("down --delete-data overrules no protection, and says what does", async () => {
  deployed();
  const { code, stderr } = await cli("down", "--target", "aws", "--delete-data");
  expect(code).toBe(EXIT.usage);
  expect(stderr).toContain("error: aws.preventDestroy protects the data volumes and the bucket of demo");
  expect(stderr).toContain("set aws.preventDestroy: false, deploy");
  expect(existsSync("cdktf.out")).toBe(false);
});

test("down says what it leaves, also where nothing is deployed", async () => {
  mkdirSync("pki/demo", { recursive: true });
  const { code, stdout } = await cli("down", "--target", "aws");
  expect(code).toBe(EXIT.ok);
  expect(stdout).toBe(
    "the cluster demo is not deployed here (no terraform.demo-aws.tfstate)\n" +
      "kept pki/demo: the CAs and certificates, for when the cluster comes up again\n",
  );
});
