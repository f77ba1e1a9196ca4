import { expect, test } from "vitest";
import type { AwsDefinition } from "../../../lib/cluster/definition";
import { aws, EXISTING_VPC, REGION } from "../../stacks/definitions";
import { synthesize } from "../../stacks/synthesized";
import { useProject } from "../../stacks/use-project";

useProject();

const ENDPOINTS = "${aws_security_group.session_manager_endpoints.id}";
const MEMBERS = "${aws_security_group.security_group_members.id}";

const withSessionManager = (definition: Partial<AwsDefinition> = {}) =>
  synthesize(aws({ aws: { region: REGION, ...definition, sessionManager: true } }));

test("in a VPC without a way out, its endpoints are there, and the members alone reach them", async () => {
  const stack = await withSessionManager();
  const endpoints = stack.all("aws_vpc_endpoint").filter((each) => each["vpc_endpoint_type"] === "Interface");
  expect(endpoints.map(({ service_name }) => service_name)).toEqual([
    "com.amazonaws.eu-central-1.ssm",
    "com.amazonaws.eu-central-1.ssmmessages",
  ]);
  for (const endpoint of endpoints) {
    expect(endpoint).toMatchObject({
      private_dns_enabled: true,
      security_group_ids: [ENDPOINTS],
      subnet_ids: [0, 1, 2].map((index) => `\${aws_subnet.network_subnet_${index}.id}`),
    });
  }
  const rules = [
    stack.resources("aws_vpc_security_group_ingress_rule")["session_manager_from_members"],
    stack.resources("aws_vpc_security_group_egress_rule")["security_group_to_session_manager"],
  ];
  expect(rules).toMatchObject([
    { security_group_id: ENDPOINTS, referenced_security_group_id: MEMBERS, from_port: 443, to_port: 443 },
    { security_group_id: MEMBERS, referenced_security_group_id: ENDPOINTS, from_port: 443, to_port: 443 },
  ]);
});

test("two subnets of one zone give one endpoint there", async () => {
  const subnets = ["a", "a", "b"].map((zone, index) => ({
    cidr: `10.40.${index}.0/24`,
    availabilityZone: `${REGION}${zone}`,
  }));
  const stack = await withSessionManager({ network: { subnets } });
  for (const { subnet_ids } of stack.all("aws_vpc_endpoint").filter((each) => "subnet_ids" in each))
    expect(subnet_ids).toEqual(["${aws_subnet.network_subnet_0.id}", "${aws_subnet.network_subnet_2.id}"]);
});

test.each<[string, Partial<AwsDefinition>]>([
  ["a NAT gateway", { network: { internet: "nat" } }],
  ["public members", { network: { internet: "public" } }],
  ["an existing VPC", EXISTING_VPC.aws],
])("with %s, members go that way", async (_, definition) => {
  const stack = await withSessionManager(definition);
  expect(stack.all("aws_vpc_endpoint").filter((each) => each["vpc_endpoint_type"] === "Interface")).toEqual(
    [],
  );
  expect(
    stack.resources("aws_vpc_security_group_egress_rule")["security_group_to_anywhere_443"],
  ).toMatchObject({
    cidr_ipv4: "0.0.0.0/0",
  });
});

test("roles get what its agent needs only when the definition asks for it", async () => {
  const actions = async (definition: AwsDefinition) =>
    Object.values((await synthesize(aws({ aws: definition }))).data("aws_iam_policy_document"))
      .flatMap(({ statement }) => statement as { actions: string[] }[])
      .flatMap((statement) => statement.actions)
      .filter((action) => action.startsWith("ssm"));
  expect(await actions({ region: REGION })).toEqual([]);
  expect(new Set(await actions({ region: REGION, sessionManager: true }))).toEqual(
    new Set([
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]),
  );
});
