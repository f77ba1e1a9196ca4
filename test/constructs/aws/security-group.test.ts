import { describe, expect, test } from "vitest";
import type { ClusterDefinition } from "../../../lib/cluster/definition";
import { ALL_KEYS, aws, EXISTING_VPC, REGION } from "../../stacks/definitions";
import { synthesize, type Attributes, type Synthesized } from "../../stacks/synthesized";
import { useProject } from "../../stacks/use-project";

useProject();

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

function otherEnd({ cidr_ipv4, prefix_list_id, referenced_security_group_id: group }: Attributes): string {
  return group === MEMBERS ? "members" : String(cidr_ipv4 ?? prefix_list_id ?? group);
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
      "clients_0-0-0-0-0": "tcp 2379 0.0.0.0/0",
      "clients_10-99-0-0-16": "tcp 2379 10.99.0.0/16",
      "clients_192-168-7-0-24": "tcp 2379 192.168.7.0/24",
      "clients_sg-0123456789abcdef0": "tcp 2379 sg-0123456789abcdef0",
      clients_members: "tcp 2379 members",
      peers: "tcp 2380 members",
      "metrics_0-0-0-0-0": "tcp 2381 0.0.0.0/0",
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

  test("the order of the list changes no rule", async () => {
    const access = (cidrs: string[]) => ofDefinition({ aws: { region: REGION, clientAccess: { cidrs } } });
    const [first, second] = [
      await access(["10.0.0.0/8", "172.16.0.0/12"]),
      await access(["172.16.0.0/12", "10.0.0.0/8"]),
    ];
    expect(second.resources(INGRESS)).toEqual(first.resources(INGRESS));
  });
});

describe("whom the members reach", () => {
  const ALWAYS = { to_members: "tcp 2379 members", to_peers: "tcp 2380 members" };
  const ENDPOINT = "tcp 443 ${aws_vpc_endpoint.network_s3.prefix_list_id}";
  const mirror = { source: "download", downloadBaseUrl: "http://mirror.example.com/etcd" } as const;
  const inNewVpc = (internet: "nat" | "public") => ({ aws: { region: REGION, network: { internet } } });

  test.each<[string, Partial<ClusterDefinition>, Record<string, string>]>([
    ["each other and the bucket", {}, { to_s3: ENDPOINT }],
    [
      "in an existing VPC, S3 wherever its addresses are",
      EXISTING_VPC,
      { to_s3: "tcp 443 ${data.aws_prefix_list.network_s3_addresses.id}" },
    ],
    [
      "with a NAT gateway, whoever speaks HTTPS",
      inNewVpc("nat"),
      { to_s3: ENDPOINT, to_anywhere_443: "tcp 443 0.0.0.0/0" },
    ],
    [
      "the mirror that they download from",
      { ...EXISTING_VPC, etcd: mirror },
      {
        to_s3: "tcp 443 ${data.aws_prefix_list.network_s3_addresses.id}",
        to_anywhere_80: "tcp 80 0.0.0.0/0",
      },
    ],
    [
      "both, with a public address and a mirror on a port of its own",
      { ...inNewVpc("public"), etcd: { ...mirror, downloadBaseUrl: "http://mirror.example.com:8080/" } },
      {
        to_s3: ENDPOINT,
        to_anywhere_443: "tcp 443 0.0.0.0/0",
        to_anywhere_8080: "tcp 8080 0.0.0.0/0",
      },
    ],
    [
      "nobody else for a mirror that only the deploy reads",
      { etcd: { downloadBaseUrl: "http://mirror.example.com:8080/" } },
      { to_s3: ENDPOINT },
    ],
  ])("%s", async (_, definition, expected) => {
    expect(rules(await ofDefinition(definition), EGRESS)).toEqual({ ...ALWAYS, ...expected });
  });

  test("says of a port with two purposes what both are", async () => {
    const stack = await ofDefinition({ ...inNewVpc("nat"), etcd: { source: "download" } });
    expect(stack.resources(EGRESS)["security_group_to_anywhere_443"]).toMatchObject({
      description: "download of the etcd release, updates of the operating system, APIs of AWS",
    });
  });
});

describe("names", () => {
  test("the group's name does not begin with sg-, which EC2 keeps for ids", async () => {
    expect((await ofDefinition({ name: "sg-prod" })).all("aws_security_group")).toMatchObject([
      { name: "etcd-sg-prod" },
    ]);
  });
});
