import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cluster } from "../../lib/cluster/cluster";
import { Terraform, TERRAFORM_TIMEOUT_MS } from "../support/terraform";
import { aws, local, TLS, VARIANTS } from "./definitions";
import { synthesize } from "./synthesized";
import { useProject } from "./use-project";

/** Both of terraform's steps, twice: the provider alone takes seconds to start. */
const TIMEOUT_MS = 2 * TERRAFORM_TIMEOUT_MS;

/** Names that etcd takes and that Terraform, or the stack itself, could stumble over. */
const OTHERS = ["preflight", "verify", "network", "0", "a.b"].map((name) => ({ name }));

describe("terraform validate, with the real AWS provider", () => {
  useProject();
  let terraform: Terraform;
  beforeAll(async () => {
    terraform = await Terraform.create();
  });
  afterAll(() => terraform.remove());

  /** Where the stack would be, because Terraform looks at the certificates; one folder per target installs the provider once. */
  async function validate(target: Cluster["target"], configuration: string) {
    const dir = join(process.cwd(), "cdktf.out", "stacks", target);
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, "cdk.tf.json"), configuration);
    return terraform.validate(dir);
  }

  test.each<[string, Cluster]>([
    ...Object.entries(VARIANTS).map(([name, definition]): [string, Cluster] => [name, aws(definition)]),
    ["five members named as other resources are", aws({ members: OTHERS })],
    ["file names with quotes, backslashes and spaces", aws({ tls: TLS })],
    ["the local target", local()],
    ["a local cluster with members named as other resources are", local({ members: OTHERS })],
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
      const { text } = await synthesize(aws());
      const broken = text
        .replace('"cidr_block": "10.40.1.0/24"', '"cidr_blok": "10.40.1.0/24"')
        .replaceAll("${aws_ebs_volume.etcd-0_data.id}", "${aws_ebs_volume.etcd-9_data.id}");
      const diagnostics = await validate("aws", broken);
      expect(diagnostics.map(({ severity }) => severity)).toContain("error");
      expect(JSON.stringify(diagnostics)).toMatch(/cidr_blok.*etcd-9_data|etcd-9_data.*cidr_blok/s);
    },
    TIMEOUT_MS,
  );
});
