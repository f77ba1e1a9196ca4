import { describe, expect, test } from "vitest";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { ClusterDefinition } from "../../lib/cluster/definition";
import { ALL_KEYS, aws, defaultCluster, EXISTING_VPC, REGION, TLS, VARIANTS } from "./definitions";
import { environmentOf, synthesize, type Synthesized } from "./synthesized";
import { useProject } from "./use-project";

useProject();

const REPOSITORY = resolve(".");
const ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];

/** What takes no tags in the AWS provider, or – objects – only ten. */
const WITHOUT_TAGS = [
  "aws_iam_role_policy",
  "aws_kms_alias",
  "aws_route",
  "aws_route53_record",
  "aws_route_table_association",
  "aws_s3_bucket_ownership_controls",
  "aws_s3_bucket_policy",
  "aws_s3_bucket_public_access_block",
  "aws_s3_bucket_server_side_encryption_configuration",
  "aws_s3_bucket_versioning",
  "aws_s3_object",
  "aws_volume_attachment",
  "terraform_data",
];

/** One stack with all of it is enough; what is in it has snapshots of its own in test/rendering. */
function withoutUserData(stack: Synthesized): string {
  const { text, userData } = stack;
  const programs = stack.all("aws_s3_object").filter(({ key }) => String(key).startsWith("programs/"));
  const shortened = [...userData, ...programs.map(({ content }) => content)].reduce<string>(
    (all, one) => all.replace(JSON.stringify(one), '"…"'),
    text,
  );
  return `${shortened.replace(/"[0-9a-f]{40}\\"/g, '"sha1 of the user data\\"')}\n`;
}

describe("the whole stack", () => {
  test("of the definition at the top of the repository", async () => {
    const { text } = await synthesize(defaultCluster("aws"));
    await expect(`${text}\n`).toMatchFileSnapshot("__snapshots__/aws-default.tf.json");
  });

  test("of a definition with every key", async () => {
    const stack = await synthesize(aws(ALL_KEYS));
    await expect(withoutUserData(stack)).toMatchFileSnapshot("__snapshots__/aws-all-keys.tf.json");
  });

  test("of an existing VPC", async () => {
    const stack = await synthesize(aws(EXISTING_VPC));
    await expect(withoutUserData(stack)).toMatchFileSnapshot("__snapshots__/aws-existing-vpc.tf.json");
  });
});

describe("other definitions", () => {
  test.each([
    [
      "m7g.large",
      "amazon-linux-2023",
      "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
    ],
    [
      "m7i.large",
      "amazon-linux-2023",
      "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    ],
    ["m7g.large", "debian-12", "/aws/service/debian/release/12/latest/arm64"],
    ["m7i.large", "debian-13", "/aws/service/debian/release/13/latest/amd64"],
    [
      "m7i.large",
      "ubuntu-22.04",
      "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id",
    ],
    [
      "m7g.large",
      "ubuntu-24.04",
      "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id",
    ],
  ] as const)("%s with %s takes the AMI at %s", async (instanceType, image, name) => {
    const stack = await synthesize(aws({ aws: { region: REGION, instanceType, image } }));
    expect(stack.data("aws_ssm_parameter")).toEqual({ ami: { name } });
    for (const { ami } of stack.all("aws_instance"))
      expect(ami).toBe("${data.aws_ssm_parameter.ami.insecure_value}");
  });

  test("an AMI by its id is taken as it is, and a member with another one is behind", async () => {
    const stack = await synthesize(aws(ALL_KEYS));
    expect(stack.data("aws_ssm_parameter")).toEqual({});
    expect(stack.all("aws_instance").map(({ ami }) => ami)).toEqual(Array(3).fill("ami-0123456789abcdef0"));
    expect(stack.json.check?.["beta_is_current"]?.assert.at(-1)).toEqual({
      condition: '${aws_instance.beta_instance.ami == "ami-0123456789abcdef0"}',
      error_message: expect.stringContaining(
        "Member beta still runs on the AMI ${aws_instance.beta_instance.ami}, not on ami-0123456789abcdef0.",
      ),
    });
  });

  test("addresses and volume settings of the definition reach Terraform", async () => {
    const stack = await synthesize(aws(ALL_KEYS));
    expect(stack.all("aws_network_interface").map(({ private_ips }) => private_ips)).toEqual([
      ["10.99.0.40"],
      ["10.99.1.41"],
      ["10.99.2.42"],
    ]);
    for (const volume of stack.all("aws_ebs_volume")) {
      expect(volume).toMatchObject({
        size: 100,
        iops: 6000,
        throughput: 500,
        kms_key_id: ALL_KEYS.aws?.dataVolume?.kmsKeyId,
        lifecycle: { prevent_destroy: false },
      });
    }
    for (const instance of stack.all("aws_instance")) {
      expect(instance).toMatchObject({
        root_block_device: { volume_size: 12, kms_key_id: ALL_KEYS.aws?.dataVolume?.kmsKeyId },
        disable_api_termination: false,
      });
      expect(instance).not.toHaveProperty("placement_group");
    }
  });

  test("with files of one's own, endpoints are https and the outputs say what the operator presents", async () => {
    const stack = await synthesize(aws({ tls: TLS }));
    expect(stack.json.output?.["etcd_cluster"]?.value).toMatchObject({
      tls: TLS.operator,
      members: [{ endpoint: "https://10.40.0.10:2379" }, {}, {}],
    });
    expect(stack.userData.map((text) => environmentOf(text, "ETCD_KEY_FILE"))).toEqual(
      [0, 1, 2].map((index) => `/etc/etcd/pki/etcd-${index}.key`),
    );
  });

  test("an existing VPC gets members and a security group, and no network of ours", async () => {
    const stack = await synthesize(aws(EXISTING_VPC));
    const network = [
      "aws_vpc",
      "aws_subnet",
      "aws_route",
      "aws_route_table",
      "aws_vpc_endpoint",
      "aws_default_security_group",
      "aws_internet_gateway",
    ];
    expect(stack.types.filter((type) => network.includes(type))).toEqual([]);
    expect(
      stack.all("aws_network_interface").map(({ subnet_id, private_ips }) => [subnet_id, private_ips]),
    ).toEqual([
      ["subnet-0123456789abcdefa", ["172.31.16.10"]],
      ["subnet-0123456789abcdefb", ["172.31.32.10"]],
      ["subnet-0123456789abcdefc", ["172.31.48.10"]],
    ]);
    expect(stack.all("aws_ebs_volume").map(({ availability_zone }) => availability_zone)).toEqual(ZONES);
    expect(stack.all("aws_security_group")).toMatchObject([{ vpc_id: "vpc-0123456789abcdef0" }]);
  });

  test.each([1, 3, 5, 7])("%i members are spread over the three zones, one machine each", async (count) => {
    const stack = await synthesize(aws({ members: count }));
    const volumes = stack.all("aws_ebs_volume");
    expect(volumes.map(({ availability_zone }) => availability_zone)).toEqual(
      Array.from({ length: count }, (_, index) => ZONES[index % 3]),
    );
    for (const type of ["aws_instance", "aws_network_interface", "aws_volume_attachment"])
      expect(stack.all(type)).toHaveLength(count);
    expect(Object.keys(stack.json.check ?? {})).toHaveLength(count);
    const addresses = stack.all("aws_network_interface").flatMap(({ private_ips }) => private_ips);
    expect(new Set(addresses).size).toBe(count);
    const lists = new Set(stack.userData.map((text) => environmentOf(text, "ETCD_INITIAL_CLUSTER")));
    expect([...lists][0]?.split(",")).toHaveLength(count);
    expect(lists.size).toBe(1);
  });

  test("everything that takes tags has those of the definition, the cluster's and a name", async () => {
    const stack = await synthesize(aws(ALL_KEYS));
    for (const type of stack.types.filter((candidate) => !WITHOUT_TAGS.includes(candidate))) {
      for (const [name, { tags }] of Object.entries(stack.resources(type))) {
        expect(tags, `${type}.${name}`).toMatchObject({
          team: "platform",
          "cost:center": "4711",
          "etcd-cluster": "everything",
        });
        expect(tags, `${type}.${name}`).toHaveProperty("Name", expect.stringMatching(/everything/));
      }
    }
    for (const type of WITHOUT_TAGS)
      for (const resource of stack.all(type)) expect(resource).not.toHaveProperty("tags");
    expect(stack.all("aws_instance")).toMatchObject(
      ["alpha", "beta", "gamma"].map((name) => ({
        tags: { "etcd-member": name },
        root_block_device: {
          tags: { "etcd-member": name, team: "platform", Name: `everything-${name}-root` },
        },
      })),
    );
  });

  test.each(Object.entries(VARIANTS))(
    "is the same text in another folder, and names no folder of this machine: %s",
    async (_, definition: Partial<ClusterDefinition>) => {
      const cluster = aws(definition);
      const first = await synthesize(cluster);
      const [home, elsewhere] = [process.cwd(), await mkdtemp(join(tmpdir(), "cdktf-etcd-elsewhere-"))];
      try {
        process.chdir(elsewhere);
        expect((await synthesize(cluster)).text).toBe(first.text);
      } finally {
        process.chdir(home);
        await rm(elsewhere, { recursive: true });
      }
      for (const folder of [home, tmpdir(), homedir(), REPOSITORY])
        expect(first.text).not.toMatch(new RegExp(`["' ]${folder}`));
    },
  );

  test("reads certificates for their hash only: another key changes no text", async () => {
    const first = await synthesize(aws());
    await rm("pki", { recursive: true });
    expect((await synthesize(aws())).text).toBe(first.text);
    expect(first.text).not.toMatch(/-----BEGIN|PRIVATE KEY/);
  });
});

describe("the state", () => {
  test("is a file of the project, unless the definition names a bucket", async () => {
    const { json } = await synthesize(aws());
    expect(json.terraform["backend"]).toEqual({ local: { path: "../../../terraform.demo-aws.tfstate" } });
    expect(json.terraform["required_version"]).toBe(">= 1.5.0");
  });

  test("is in the bucket, encrypted and with a lock file, for a Terraform that knows lock files", async () => {
    const { json } = await synthesize(aws(ALL_KEYS));
    expect(json.terraform["backend"]).toEqual({
      s3: {
        bucket: "platform-states",
        key: "etcd/everything",
        region: "us-west-2",
        encrypt: true,
        kms_key_id: ALL_KEYS.aws?.state?.kmsKeyId,
        use_lockfile: true,
      },
    });
    expect(json.terraform["required_version"]).toBe(">= 1.10.0");
  });

  test("has a place of its own in the bucket by default", async () => {
    const { json } = await synthesize(aws({ aws: { region: REGION, state: { bucket: "platform-states" } } }));
    expect(json.terraform["backend"]).toEqual({
      s3: {
        bucket: "platform-states",
        key: "cdktf-etcd/demo-aws.tfstate",
        region: REGION,
        encrypt: true,
        use_lockfile: true,
      },
    });
  });
});
