import { describe, expect, test } from "vitest";
import type { ClusterDefinition } from "../../../lib/cluster/definition";
import { ALL_KEYS, aws, EXISTING_VPC, REGION } from "../../stacks/definitions";
import { synthesize, type Attributes, type Synthesized } from "../../stacks/synthesized";

const MEMBERS = "${aws_security_group.security_group_members.id}";
const INGRESS = "aws_vpc_security_group_ingress_rule";
const EGRESS = "aws_vpc_security_group_egress_rule";

/** Protocol, port and other end of each rule, by name. */
function rules(stack: Synthesized, type: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(stack.resources(type)).map(([name, rule]) => {
      expect(rule["from_port"]).toBe(rule["to_port"]);
      expect(rule["security_group_id"]).toBe(MEMBERS);
      return [
        name.replace("security_group_", ""),
        `${String(rule["ip_protocol"])} ${String(rule["to_port"])} ${otherEnd(rule)}`,
      ];
    }),
  );
}

function otherEnd({ cidr_ipv4, referenced_security_group_id: group }: Attributes): string {
  return group === MEMBERS ? "members" : String(cidr_ipv4 ?? group);
}

const ofDefinition = async (definition: Partial<ClusterDefinition>) => synthesize(aws(definition));

describe("who reaches the members", () => {
  test("by default the new VPC as clients, and the members as peers", async () => {
    expect(rules(await ofDefinition({}), INGRESS)).toEqual({
      "clients_10-40-0-0-16": "tcp 2379 10.40.0.0/16",
      clients_members: "tcp 2379 members",
      peers: "tcp 2380 members",
    });
  });

  test("clients and metrics only from where the definition says", async () => {
    expect(rules(await ofDefinition(ALL_KEYS), INGRESS)).toEqual({
      "clients_10-99-0-0-16": "tcp 2379 10.99.0.0/16",
      "clients_192-168-7-0-24": "tcp 2379 192.168.7.0/24",
      "clients_sg-0123456789abcdef0": "tcp 2379 sg-0123456789abcdef0",
      clients_members: "tcp 2379 members",
      peers: "tcp 2380 members",
      "metrics_10-99-0-0-16": "tcp 2381 10.99.0.0/16",
      "metrics_192-168-7-0-24": "tcp 2381 192.168.7.0/24",
      "metrics_sg-0123456789abcdef0": "tcp 2381 sg-0123456789abcdef0",
    });
  });

  test("a security group alone opens nothing to an address range", async () => {
    expect(rules(await ofDefinition(EXISTING_VPC), INGRESS)).toEqual({
      "clients_sg-0123456789abcdef0": "tcp 2379 sg-0123456789abcdef0",
      clients_members: "tcp 2379 members",
      peers: "tcp 2380 members",
    });
  });

  test.each([
    ["the default definition", {}],
    ["a definition with every key", ALL_KEYS],
    ["an existing VPC", EXISTING_VPC],
  ])("never everybody: %s", async (_, definition) => {
    const stack = await ofDefinition(definition);
    expect(Object.values(rules(stack, INGRESS)).filter((rule) => String(rule).includes("/0"))).toEqual([]);
    for (const group of stack.all("aws_security_group")) {
      expect(group).not.toHaveProperty("ingress");
      expect(group).not.toHaveProperty("egress");
    }
    expect(stack.text).not.toContain("::/0");
  });

  test("a range that is listed twice is one rule, and the order of the list changes no rule", async () => {
    const access = (cidrs: string[]) => ofDefinition({ aws: { region: REGION, clientAccess: { cidrs } } });
    const [once, twice] = [
      await access(["10.0.0.0/8", "172.16.0.0/12"]),
      await access(["172.16.0.0/12", "10.0.0.0/8", "172.16.0.0/12"]),
    ];
    expect(twice.resources(INGRESS)).toEqual(once.resources(INGRESS));
  });
});

describe("whom the members reach", () => {
  test("each other and the port of the release's mirror", async () => {
    const expected = { to_members: "tcp 2379 members", to_peers: "tcp 2380 members" };
    expect(rules(await ofDefinition({}), EGRESS)).toEqual({ ...expected, to_downloads: "tcp 443 0.0.0.0/0" });
    expect(rules(await ofDefinition(ALL_KEYS), EGRESS)).toEqual({
      ...expected,
      to_downloads: "tcp 8080 0.0.0.0/0",
    });
  });
});

describe("names", () => {
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
  test("descriptions hold only characters that EC2 takes", async () => {
    const stack = await ofDefinition(ALL_KEYS);
    for (const type of ["aws_security_group", INGRESS, EGRESS]) {
      for (const { description } of stack.all(type))
        expect(description).toMatch(/^[A-Za-z0-9 ._:/()#,@[\]+=&;{}!$*-]{1,255}$/);
    }
  });

  test("the group's name does not begin with sg-, which EC2 keeps for ids", async () => {
    expect((await ofDefinition({ name: "sg-prod" })).all("aws_security_group")).toMatchObject([
      { name: "etcd-sg-prod" },
    ]);
  });
});
