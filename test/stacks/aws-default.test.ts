import { beforeAll, describe, expect, test } from "vitest";
import { renderUserData } from "../../lib/rendering";
import { defaultCluster } from "./definitions";
import { environmentOf, synthesize, type Synthesized } from "./synthesized";

const ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const reference = (address: string) => `\${${address}}`;

describe("the default definition", () => {
  const cluster = defaultCluster("aws");
  let stack: Synthesized;
  beforeAll(async () => {
    stack = await synthesize(cluster);
  });

  test("has three instances of the default type", () => {
    expect(Object.keys(stack.resources("aws_instance"))).toEqual([
      "etcd-0_instance",
      "etcd-1_instance",
      "etcd-2_instance",
    ]);
    expect(stack.all("aws_instance").map(({ instance_type }) => instance_type)).toEqual(
      Array(3).fill("m7g.large"),
    );
  });

  test("has one private subnet per availability zone, and a small one for the NAT gateway", () => {
    const subnets = stack.all("aws_subnet");
    expect(subnets.map(({ cidr_block, availability_zone }) => [cidr_block, availability_zone])).toEqual([
      ["10.40.255.240/28", "eu-central-1a"],
      ["10.40.0.0/24", "eu-central-1a"],
      ["10.40.1.0/24", "eu-central-1b"],
      ["10.40.2.0/24", "eu-central-1c"],
    ]);
    expect(subnets.map(({ map_public_ip_on_launch }) => map_public_ip_on_launch)).toEqual(
      Array(4).fill(false),
    );
  });

  test("gives each member an interface with a fixed address in a subnet of its own", () => {
    const interfaces = stack.all("aws_network_interface");
    expect(interfaces.map(({ private_ips }) => private_ips)).toEqual([
      ["10.40.0.10"],
      ["10.40.1.10"],
      ["10.40.2.10"],
    ]);
    expect(interfaces.map(({ subnet_id }) => subnet_id)).toEqual(
      [0, 1, 2].map((index) => reference(`aws_subnet.network_subnet_${index}.id`)),
    );
    expect(stack.all("aws_instance").map(({ network_interface }) => network_interface)).toEqual(
      [0, 1, 2].map((index) => [
        {
          device_index: 0,
          network_interface_id: reference(`aws_network_interface.etcd-${index}_interface.id`),
        },
      ]),
    );
  });

  test("tells all members the same literal initial cluster, with exactly those addresses", () => {
    const lists = stack.userData.map((text) => environmentOf(text, "ETCD_INITIAL_CLUSTER"));
    expect(lists).toEqual(
      Array(3).fill(
        "etcd-0=http://10.40.0.10:2380,etcd-1=http://10.40.1.10:2380,etcd-2=http://10.40.2.10:2380",
      ),
    );
    const addresses = stack
      .all("aws_network_interface")
      .flatMap(({ private_ips }) => private_ips as string[]);
    expect(lists[0]?.split(",").map((peer) => new URL(peer.replace(/^[^=]*=/, "")).hostname)).toEqual(
      addresses,
    );
  });

  test("gives each member an encrypted gp3 volume that no plan may destroy, in the zone of its subnet", () => {
    const volumes = stack.all("aws_ebs_volume");
    expect(volumes.map(({ availability_zone }) => availability_zone)).toEqual(ZONES);
    for (const volume of volumes) {
      expect(volume).toMatchObject({ type: "gp3", size: 20, iops: 3000, throughput: 125, encrypted: true });
      expect(volume).toMatchObject({ lifecycle: { prevent_destroy: true } });
    }
  });

  test("attaches each volume to its member, which is stopped before it is detached", () => {
    expect(stack.all("aws_volume_attachment")).toEqual(
      [0, 1, 2].map((index) => ({
        device_name: "/dev/sdf",
        instance_id: reference(`aws_instance.etcd-${index}_instance.id`),
        volume_id: reference(`aws_ebs_volume.etcd-${index}_data.id`),
        stop_instance_before_detaching: true,
      })),
    );
  });

  test("lets nobody read instance metadata without a session token, and encrypts the root volumes", () => {
    for (const instance of stack.all("aws_instance")) {
      expect(instance).toMatchObject({
        metadata_options: {
          http_endpoint: "enabled",
          http_tokens: "required",
          http_put_response_hop_limit: 1,
        },
        root_block_device: { encrypted: true, volume_type: "gp3" },
        ebs_optimized: true,
      });
    }
  });

  test("replaces no instance for new user data or a newer AMI", () => {
    for (const instance of stack.all("aws_instance")) {
      expect(instance).toMatchObject({
        user_data_replace_on_change: false,
        lifecycle: { ignore_changes: ["ami", "user_data"] },
      });
    }
  });

  test("has three different user data texts: plain, short, byte for byte what is rendered", () => {
    expect(new Set(stack.userData).size).toBe(3);
    expect(stack.userData).toEqual(cluster.members.map((member) => renderUserData(cluster, member)));
    for (const text of stack.userData) {
      expect(text.startsWith("#cloud-config\n")).toBe(true);
      expect(Buffer.byteLength(text)).toBeLessThan(16_384);
    }
  });

  test("has nothing in the user data that Terraform would evaluate", () => {
    for (const text of stack.userData) expect(text).not.toMatch(/[$%]\{|TfToken/);
  });

  test("holds no key, password or token", () => {
    expect(stack.text).not.toMatch(/-----BEGIN|password|secret|aws_access_key|sensitive/i);
  });

  test("starts instances only when their subnet has its way out", () => {
    expect(stack.all("aws_instance").map(({ depends_on }) => depends_on)).toEqual(
      [0, 1, 2].map((index) => [
        `aws_route_table_association.network_subnet_${index}_routes`,
        "aws_route.network_private_out",
      ]),
    );
  });

  test("routes the members through NAT, and only the NAT gateway's subnet to the internet gateway", () => {
    expect(stack.resources("aws_route")).toEqual({
      network_private_out: {
        destination_cidr_block: "0.0.0.0/0",
        nat_gateway_id: reference("aws_nat_gateway.network_nat_gateway.id"),
        route_table_id: reference("aws_route_table.network_private_routes.id"),
      },
      network_nat_subnet_out: {
        destination_cidr_block: "0.0.0.0/0",
        gateway_id: reference("aws_internet_gateway.network_internet_gateway.id"),
        route_table_id: reference("aws_route_table.network_nat_subnet_routes.id"),
      },
    });
    const tables = Object.entries(stack.resources("aws_route_table_association")).map(
      ([name, { route_table_id }]) => [name, route_table_id],
    );
    const privateTable = reference("aws_route_table.network_private_routes.id");
    expect(Object.fromEntries(tables)).toEqual({
      network_nat_subnet_association: reference("aws_route_table.network_nat_subnet_routes.id"),
      network_subnet_0_routes: privateTable,
      network_subnet_1_routes: privateTable,
      network_subnet_2_routes: privateTable,
    });
    expect(stack.resources("aws_nat_gateway")["network_nat_gateway"]).toMatchObject({
      subnet_id: reference("aws_subnet.network_nat_subnet.id"),
      allocation_id: reference("aws_eip.network_nat_address.id"),
      depends_on: [
        "aws_route_table_association.network_nat_subnet_association",
        "aws_route.network_nat_subnet_out",
      ],
    });
    expect(stack.all("aws_eip")).toMatchObject([{ domain: "vpc" }]);
  });

  test("warns of a member that runs older user data, with a command that names its instance", () => {
    expect(Object.keys(stack.json.check ?? {})).toEqual([
      "etcd-0_is_current",
      "etcd-1_is_current",
      "etcd-2_is_current",
    ]);
    const { condition, error_message } = stack.json.check?.["etcd-1_is_current"]?.assert ?? {};
    expect(condition).toMatch(
      /^\$\{contains\(\[aws_instance\.etcd-1_instance\.user_data, sha1\(aws_instance\.etcd-1_instance\.user_data\)\], "[0-9a-f]{40}"\)\}$/,
    );
    expect(error_message).toContain(
      'TF_CLI_ARGS_apply="-replace=aws_instance.etcd-1_instance" npx cdktf deploy demo-aws',
    );
    expect(error_message).not.toContain("${");
  });

  test("checks the cluster at the end of a deploy, after every volume is attached, and again for a new instance", () => {
    expect(stack.resources("terraform_data")["verify_endpoints"]).toMatchObject({
      depends_on: [0, 1, 2].map((index) => `aws_volume_attachment.etcd-${index}_data_attachment`),
      triggers_replace: Object.fromEntries(
        [0, 1, 2].map((index) => [`etcd-${index}`, reference(`aws_instance.etcd-${index}_instance.id`)]),
      ),
    });
  });

  test("has outputs that the verifier can read", () => {
    expect(stack.json.output?.["etcd_cluster"]?.value).toEqual({
      schemaVersion: 1,
      name: "demo",
      target: "aws",
      release: cluster.etcd.release,
      members: [0, 1, 2].map((index) => ({
        name: `etcd-${index}`,
        endpoint: `http://10.40.${index}.10:2379`,
        peerUrl: `http://10.40.${index}.10:2380`,
      })),
      learners: [],
    });
    expect(stack.json.output?.["instance_ids"]?.value).toEqual(
      Object.fromEntries(
        [0, 1, 2].map((index) => [`etcd-${index}`, reference(`aws_instance.etcd-${index}_instance.id`)]),
      ),
    );
  });

  test("keeps its state and starts its programs by relative paths", () => {
    expect(stack.json.terraform["backend"]).toEqual({
      local: { path: "../../../terraform.demo-aws.tfstate" },
    });
    expect(stack.text).not.toContain(process.cwd());
    const [provisioner] = stack.resources("terraform_data")["verify_endpoints"]?.["provisioner"] as [
      Record<string, unknown>,
    ];
    expect(provisioner["local-exec"]).toMatchObject({
      command: "node bin/run.js bin/cdktf-etcd.ts verify --post-deploy",
      working_dir: "../../..",
    });
  });

  test("takes both majors of the provider", () => {
    expect(stack.json.terraform).toMatchObject({
      required_version: ">= 1.5.0",
      required_providers: { aws: { source: "aws", version: ">= 5.100.0, < 7.0.0" } },
    });
  });

  test("looks Amazon Linux 2023 up for the architecture of the instance type", () => {
    expect(stack.json.data?.["aws_ssm_parameter"]).toEqual({
      ami: { name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64" },
    });
    expect(stack.all("aws_instance").map(({ ami }) => ami)).toEqual(
      Array(3).fill(reference("data.aws_ssm_parameter.ami.insecure_value")),
    );
  });
});
