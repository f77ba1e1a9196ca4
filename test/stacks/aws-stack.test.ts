import { describe, expect, test } from "vitest";
import { ALL_KEYS, aws, defaultCluster, EXISTING_VPC, REGION, TLS } from "./definitions";
import { environmentOf, synthesize } from "./synthesized";

const ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];

/** What takes tags in the AWS provider, of all that the stack has. */
const WITHOUT_TAGS = ["aws_route", "aws_route_table_association", "aws_volume_attachment", "terraform_data"];

describe("the whole stack", () => {
  test("of the definition at the top of the repository", async () => {
    const { text } = await synthesize(defaultCluster("aws"));
    await expect(`${text}\n`).toMatchFileSnapshot("__snapshots__/aws-default.tf.json");
  });

  test("of a definition with every key", async () => {
    const { text } = await synthesize(aws(ALL_KEYS));
    await expect(`${text}\n`).toMatchFileSnapshot("__snapshots__/aws-all-keys.tf.json");
  });

  test("of an existing VPC", async () => {
    const { text } = await synthesize(aws(EXISTING_VPC));
    await expect(`${text}\n`).toMatchFileSnapshot("__snapshots__/aws-existing-vpc.tf.json");
  });
});

describe("other definitions", () => {
  test("amd64 instance types get the AMI of their architecture", async () => {
    const stack = await synthesize(aws({ aws: { region: REGION, instanceType: "m7i.large" } }));
    expect(stack.json.data?.["aws_ssm_parameter"]).toEqual({
      ami: { name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64" },
    });
  });

  test("an AMI by its id is taken as it is", async () => {
    const stack = await synthesize(aws(ALL_KEYS));
    expect(stack.json.data).toBeUndefined();
    expect(stack.all("aws_instance").map(({ ami }) => ami)).toEqual(Array(3).fill("ami-0123456789abcdef0"));
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
        root_block_device: { kms_key_id: ALL_KEYS.aws?.dataVolume?.kmsKeyId },
      });
    }
  });

  test("with TLS, endpoints are https and the outputs say what the operator presents", async () => {
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
    expect(stack.types.sort()).toEqual([
      "aws_ebs_volume",
      "aws_instance",
      "aws_network_interface",
      "aws_security_group",
      "aws_volume_attachment",
      "aws_vpc_security_group_egress_rule",
      "aws_vpc_security_group_ingress_rule",
      "terraform_data",
    ]);
    expect(
      stack.all("aws_network_interface").map(({ subnet_id, private_ips }) => [subnet_id, private_ips]),
    ).toEqual([
      ["subnet-0123456789abcdefa", ["172.31.16.10"]],
      ["subnet-0123456789abcdefb", ["172.31.32.10"]],
      ["subnet-0123456789abcdefc", ["172.31.48.10"]],
    ]);
    expect(stack.all("aws_ebs_volume").map(({ availability_zone }) => availability_zone)).toEqual(ZONES);
    expect(stack.all("aws_security_group")).toMatchObject([{ vpc_id: "vpc-0123456789abcdef0" }]);
    for (const instance of stack.all("aws_instance")) expect(instance).toMatchObject({ depends_on: [] });
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

  test("is the same text at a second synthesis", async () => {
    const [first, second] = [await synthesize(aws(ALL_KEYS)), await synthesize(aws(ALL_KEYS))];
    expect(second.text).toBe(first.text);
  });
});
