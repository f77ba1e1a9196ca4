import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cluster } from "../../lib/cluster/cluster";
import { Terraform, TERRAFORM_TIMEOUT_MS } from "../support/terraform";
import { ALL_KEYS, aws, defaultCluster, EXISTING_VPC, local, TLS } from "./definitions";
import { synthesize } from "./synthesized";

/** Both of terraform's steps, twice: the provider alone takes seconds to start. */
const TIMEOUT_MS = 2 * TERRAFORM_TIMEOUT_MS;

describe("terraform validate, with the real AWS provider", () => {
  let terraform: Terraform;
  let folder: string;
  beforeAll(async () => {
    terraform = await Terraform.create();
    folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-validate-"));
  });
  afterAll(async () => {
    await terraform.remove();
    await rm(folder, { recursive: true });
  });

  /** One folder per target, so that the provider is installed once. */
  async function validate(target: Cluster["target"], configuration: string) {
    const dir = join(folder, target);
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, "cdk.tf.json"), configuration);
    return terraform.validate(dir);
  }

  test.each<[string, Cluster]>([
    ["the default definition", defaultCluster("aws")],
    ["every key, and file names with quotes, backslashes and spaces", aws(ALL_KEYS)],
    ["an existing VPC", aws(EXISTING_VPC)],
    [
      "five members with mutual TLS, named as other resources are",
      aws({ tls: TLS, members: OTHERS.map((name) => ({ name })) }),
    ],
    ["the local target", local()],
    [
      "a local cluster with members named as other resources are",
      local({ members: OTHERS.map((name) => ({ name })) }),
    ],
  ])(
    "has nothing to say, not even a warning: %s",
    async (_, cluster) => {
      const { text } = await synthesize(cluster);
      expect(await validate(cluster.target, text)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "fails if an argument is not one of the provider's, or a reference leads nowhere",
    async () => {
      const { text } = await synthesize(defaultCluster("aws"));
      const broken = text
        .replace('"cidr_block": "10.40.1.0/24"', '"cidr_blok": "10.40.1.0/24"')
        .replace("${aws_ebs_volume.etcd-0_data.id}", "${aws_ebs_volume.etcd-9_data.id}");
      const diagnostics = await validate("aws", broken);
      expect(diagnostics.map(({ severity }) => severity)).toContain("error");
      expect(JSON.stringify(diagnostics)).toMatch(/cidr_blok.*etcd-9_data|etcd-9_data.*cidr_blok/s);
    },
    TIMEOUT_MS,
  );
});

/** Names that etcd takes and that Terraform, or the stack itself, could stumble over. */
const OTHERS = ["preflight", "verify", "network", "0", "a.b"];
