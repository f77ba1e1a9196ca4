import { describe, expect, test } from "vitest";
import type { ClusterDefinition } from "../../../lib/cluster/definition";
import { aws, EXISTING_VPC, REGION } from "../../stacks/definitions";
import { synthesize } from "../../stacks/synthesized";
import { useProject } from "../../stacks/use-project";

useProject();

const reference = (address: string) => `\${${address}}`;
const ofDefinition = (definition: Partial<ClusterDefinition>) => synthesize(aws(definition));
const withInternet = (internet: "nat" | "public") =>
  ofDefinition({ aws: { region: REGION, network: { internet } } });
const MEMBER_ROUTES = reference("aws_route_table.network_member_routes.id");

describe("a new VPC with a NAT gateway", () => {
  test("routes the members through it, and only its own subnet to the internet gateway", async () => {
    const stack = await withInternet("nat");
    expect(stack.resources("aws_route")).toEqual({
      network_members_out: {
        destination_cidr_block: "0.0.0.0/0",
        nat_gateway_id: reference("aws_nat_gateway.network_nat_gateway.id"),
        route_table_id: MEMBER_ROUTES,
      },
      network_nat_subnet_out: {
        destination_cidr_block: "0.0.0.0/0",
        gateway_id: reference("aws_internet_gateway.network_internet_gateway.id"),
        route_table_id: reference("aws_route_table.network_nat_subnet_routes.id"),
      },
    });
    expect(
      Object.entries(stack.resources("aws_route_table_association")).map(([name, { route_table_id }]) => [
        name,
        route_table_id,
      ]),
    ).toEqual([
      ["network_nat_subnet_association", reference("aws_route_table.network_nat_subnet_routes.id")],
      ...[0, 1, 2].map((index) => [`network_subnet_${index}_routes`, MEMBER_ROUTES]),
    ]);
    expect(stack.resources("aws_subnet")["network_nat_subnet"]).toMatchObject({
      cidr_block: "10.40.255.240/28",
      map_public_ip_on_launch: false,
    });
    expect(stack.all("aws_nat_gateway")).toMatchObject([
      {
        subnet_id: reference("aws_subnet.network_nat_subnet.id"),
        allocation_id: reference("aws_eip.network_nat_address.id"),
        depends_on: [
          "aws_route_table_association.network_nat_subnet_association",
          "aws_route.network_nat_subnet_out",
        ],
      },
    ]);
    expect(stack.all("aws_eip")).toMatchObject([{ domain: "vpc" }]);
  });

  test("starts members only when the route is there", async () => {
    for (const { depends_on } of (await withInternet("nat")).all("aws_instance"))
      expect(depends_on).toContain("aws_route.network_members_out");
  });

  test("does not limit what is asked of S3: packages of Amazon Linux are there", async () => {
    const [endpoint] = (await withInternet("nat")).all("aws_vpc_endpoint");
    expect(endpoint).not.toHaveProperty("policy");
    expect(endpoint).toMatchObject({ route_table_ids: [MEMBER_ROUTES] });
  });
});

describe("a new VPC with public members", () => {
  test("gives each interface an address that outlives the instance", async () => {
    const stack = await withInternet("public");
    expect(stack.resources("aws_eip")).toMatchObject(
      Object.fromEntries(
        [0, 1, 2].map((index) => [
          `etcd-${index}_public_address`,
          {
            domain: "vpc",
            network_interface: reference(`aws_network_interface.etcd-${index}_interface.id`),
            associate_with_private_ip: `10.40.${index}.10`,
          },
        ]),
      ),
    );
    expect(stack.all("aws_nat_gateway")).toEqual([]);
    expect(stack.all("aws_route")).toMatchObject([
      { route_table_id: MEMBER_ROUTES, gateway_id: expect.stringContaining("aws_internet_gateway.") },
    ]);
  });

  test("starts a member only when its address is there", async () => {
    const stack = await withInternet("public");
    for (const [index, { depends_on }] of stack.all("aws_instance").entries())
      expect(depends_on).toContain(`aws_eip.etcd-${index}_public_address`);
  });
});

describe("an existing VPC", () => {
  test("has to be as the definition says, and each mistake names what to change", async () => {
    const stack = await ofDefinition(EXISTING_VPC);
    expect(stack.data("aws_subnet")["network_subnet_1"]).toEqual({
      id: "subnet-0123456789abcdefb",
      lifecycle: {
        postcondition: [
          {
            condition: '${self.availability_zone == "eu-central-1b"}',
            error_message:
              "The subnet ${self.id} has the availabilityZone ${self.availability_zone}, and the definition says eu-central-1b. Correct availabilityZone in aws.network.subnets, or give the id of the subnet that is meant.",
          },
          {
            condition: '${self.cidr_block == "172.31.32.0/20"}',
            error_message:
              "The subnet ${self.id} has the cidr ${self.cidr_block}, and the definition says 172.31.32.0/20. Correct cidr in aws.network.subnets, or give the id of the subnet that is meant.",
          },
          {
            condition: '${self.vpc_id == "vpc-0123456789abcdef0"}',
            error_message:
              "The subnet ${self.id} is in the VPC ${self.vpc_id}, and the definition says vpc-0123456789abcdef0. Correct aws.network.",
          },
        ],
      },
    });
    for (const [index, { depends_on }] of stack.all("aws_network_interface").entries())
      expect(depends_on).toEqual([`data.aws_subnet.network_subnet_${index}`]);
  });

  test("gets an S3 endpoint in the route tables that are given, open to others behind them", async () => {
    const network = { ...EXISTING_VPC.aws.network, routeTableIds: ["rtb-0123456789abcdef0"] };
    const stack = await ofDefinition({ aws: { ...EXISTING_VPC.aws, network } });
    const [endpoint, ...others] = stack.all("aws_vpc_endpoint");
    expect(others).toEqual([]);
    expect(endpoint).toMatchObject({
      vpc_id: "vpc-0123456789abcdef0",
      vpc_endpoint_type: "Gateway",
      route_table_ids: ["rtb-0123456789abcdef0"],
    });
    expect(endpoint).not.toHaveProperty("policy");
    expect(stack.data("aws_prefix_list")).toEqual({});
    for (const { depends_on } of stack.all("aws_instance"))
      expect(depends_on).toContain("aws_vpc_endpoint.network_s3");
  });

  test("is taken to have a way to S3 where none are given", async () => {
    const stack = await ofDefinition(EXISTING_VPC);
    expect(stack.all("aws_vpc_endpoint")).toEqual([]);
    expect(stack.data("aws_prefix_list")).toEqual({
      network_s3_addresses: { name: "com.amazonaws.eu-central-1.s3" },
    });
  });
});
