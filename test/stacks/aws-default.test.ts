import { beforeAll, describe, expect, test } from "vitest";
import { parseOutputs } from "../../lib/cluster/outputs";
import { renderUserData } from "../../lib/rendering";
import { defaultCluster } from "./definitions";
import { environmentOf, synthesize, type Synthesized } from "./synthesized";
import { useProject } from "./use-project";

const ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const reference = (address: string) => `\${${address}}`;

describe("the default definition", () => {
  useProject();
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

  test("has one private subnet per availability zone", () => {
    const subnets = stack.all("aws_subnet");
    expect(subnets.map(({ cidr_block, availability_zone }) => [cidr_block, availability_zone])).toEqual([
      ["10.40.0.0/24", "eu-central-1a"],
      ["10.40.1.0/24", "eu-central-1b"],
      ["10.40.2.0/24", "eu-central-1c"],
    ]);
    expect(subnets.map(({ map_public_ip_on_launch }) => map_public_ip_on_launch)).toEqual(
      Array(3).fill(false),
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
        "etcd-0=https://10.40.0.10:2380,etcd-1=https://10.40.1.10:2380,etcd-2=https://10.40.2.10:2380",
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
        root_block_device: { encrypted: true, volume_type: "gp3", volume_size: 8 },
        ebs_optimized: true,
        disable_api_termination: true,
      });
    }
  });

  test("stops or replaces no instance for what all members would change at once", () => {
    for (const instance of stack.all("aws_instance")) {
      expect(instance).toMatchObject({
        user_data_replace_on_change: false,
        lifecycle: { ignore_changes: ["ami", "user_data", "instance_type", "placement_group"] },
      });
    }
  });

  test("puts every member on a rack of its own", () => {
    expect(stack.all("aws_placement_group")).toMatchObject([{ name: "etcd-demo", strategy: "spread" }]);
    for (const instance of stack.all("aws_instance"))
      expect(instance["placement_group"]).toBe(reference("aws_placement_group.placement.name"));
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

  test("starts an instance only when its way to S3, its role and all that it fetches are there", () => {
    const certificates = ["client_ca_crt", "server_crt", "server_key", "peer_ca_crt", "peer_crt", "peer_key"];
    expect(stack.all("aws_instance").map(({ depends_on }) => depends_on)).toEqual(
      [0, 1, 2].map((index) => [
        `aws_route_table_association.network_subnet_${index}_routes`,
        "aws_vpc_endpoint.network_s3",
        `aws_iam_role_policy.etcd-${index}_role_policy`,
        ...certificates.map((name) => `aws_s3_object.etcd-${index}_${name}`),
        `aws_s3_object.etcd-${index}_data_volume`,
        ...["etcd-sync", "etcd-join", "etcd-data-volume"].map((name) => `aws_s3_object.programs_${name}`),
        "aws_s3_object.tarball_object",
      ]),
    );
  });

  test("depends on nothing but the S3 endpoint for its way out of the VPC", () => {
    for (const type of ["aws_route", "aws_internet_gateway", "aws_nat_gateway", "aws_eip"])
      expect(stack.all(type)).toEqual([]);
    const table = reference("aws_route_table.network_member_routes.id");
    expect(stack.all("aws_route_table_association").map(({ route_table_id }) => route_table_id)).toEqual(
      Array(3).fill(table),
    );
    expect(stack.all("aws_vpc_endpoint")).toMatchObject([
      {
        vpc_endpoint_type: "Gateway",
        service_name: "com.amazonaws.eu-central-1.s3",
        route_table_ids: [table],
        policy: reference("data.aws_iam_policy_document.network_s3_policy.json"),
      },
    ]);
    expect(stack.data("aws_iam_policy_document")["network_s3_policy"]).toMatchObject({
      statement: [
        {
          actions: ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
          resources: [reference("local.storage_bucket_arn"), `${reference("local.storage_bucket_arn")}/*`],
        },
      ],
    });
  });

  test("takes all rules from the default security group", () => {
    const [group] = stack.all("aws_default_security_group");
    expect(group).toMatchObject({ vpc_id: reference("aws_vpc.network_vpc.id") });
    for (const rules of ["ingress", "egress"]) expect(group).not.toHaveProperty(rules);
  });

  test("warns of a member that runs older user data, with a command that names its instance", () => {
    expect(Object.keys(stack.json.check ?? {})).toEqual([
      "etcd-0_is_current",
      "etcd-1_is_current",
      "etcd-2_is_current",
    ]);
    const address = "aws_instance.etcd-1_instance";
    const assertions = stack.json.check?.["etcd-1_is_current"]?.assert ?? [];
    expect(assertions.map(({ condition }) => condition)).toEqual([
      expect.stringMatching(
        /^\$\{contains\(\[aws_instance\.etcd-1_instance\.user_data, sha1\(aws_instance\.etcd-1_instance\.user_data\)\], "[0-9a-f]{40}"\)\}$/,
      ),
      reference(`${address}.instance_type == "m7g.large"`),
      reference(`coalesce(${address}.placement_group, "none") == aws_placement_group.placement.name`),
    ]);
    for (const { error_message } of assertions) {
      expect(error_message).toMatch(/^Member etcd-1 /);
      expect(error_message).toContain(
        String.raw`TF_CLI_ARGS_apply=-replace=aws_instance\.etcd-1_instance npx cdktf deploy demo-aws`,
      );
    }
    expect(assertions[0]?.error_message).not.toContain("${");
  });

  test("checks the cluster at the end of a deploy, after every volume is attached, and again for a new instance", () => {
    expect(stack.resources("terraform_data")["verify_endpoints"]).toMatchObject({
      depends_on: [0, 1, 2].map((index) => `aws_volume_attachment.etcd-${index}_data_attachment`),
      triggers_replace: Object.fromEntries(
        [0, 1, 2].map((index) => [`etcd-${index}`, reference(`aws_instance.etcd-${index}_instance.id`)]),
      ),
    });
  });

  test("has outputs that the commands can read", () => {
    const value = stack.json.output?.["etcd_cluster"]?.value;
    expect(parseOutputs(value)).toEqual(value);
    expect(value).toEqual({
      schemaVersion: 2,
      name: "demo",
      target: "aws",
      release: cluster.etcd.release,
      members: [0, 1, 2].map((index) => ({
        name: `etcd-${index}`,
        endpoint: `https://10.40.${index}.10:2379`,
        peerUrl: `https://10.40.${index}.10:2380`,
        address: `10.40.${index}.10`,
        aws: {
          instanceId: reference(`aws_instance.etcd-${index}_instance.id`),
          networkInterfaceId: reference(`aws_network_interface.etcd-${index}_interface.id`),
          dataVolumeId: reference(`aws_ebs_volume.etcd-${index}_data.id`),
          availabilityZone: ZONES[index],
        },
      })),
      learners: [],
      tls: cluster.tls?.operator,
      aws: {
        region: "eu-central-1",
        vpcId: reference("aws_vpc.network_vpc.id"),
        securityGroupId: reference("aws_security_group.security_group_members.id"),
        bucket: reference("aws_s3_bucket.storage_bucket.bucket"),
      },
    });
    expect(Object.keys(stack.json.output ?? {})).toEqual(["etcd_cluster"]);
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
