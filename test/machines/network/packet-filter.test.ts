import { describe, expect, onTestFinished, test } from "vitest";
import type { AwsSecurityGroupRule } from "../../aws/support/aws-state";
import { NetworkNamespace } from "../../aws/support/network-namespace";
import { labProblem } from "../image/requirements";
import { shell } from "../../aws/support/namespace-shell";
import { packetFilter } from "./packet-filter";
import { partitions } from "./partitions";
import { deployedState, rule, withRules } from "./support/deployed-state";
import { vpcPlan } from "./vpc-plan";

function filterWith(...rules: readonly AwsSecurityGroupRule[]): string {
  return packetFilter(vpcPlan(withRules(deployedState(), ...rules))!);
}

/** The filter's line for a rule. */
function lineFor(changes: Partial<AwsSecurityGroupRule>): string | undefined {
  const lines = filterWith(rule("sgr-new", "ingress", 80, "new", { cidr: "192.0.2.0/24", ...changes })).split(
    "\n",
  );
  return lines.find((line) => line.includes("sgr-new"))?.trim();
}

test("the filter of the default stack", () => {
  expect(filterWith()).toMatchSnapshot();
});

test("the table of partitions", () => {
  expect(partitions()).toMatchSnapshot();
});

describe("a rule for", () => {
  const WHO = "ip daddr @sg-0e7c ip saddr 192.0.2.0/24";

  test.each<[string, Partial<AwsSecurityGroupRule>, string]>([
    ["one port", {}, `${WHO} tcp dport 80`],
    ["several ports", { toPort: 89 }, `${WHO} tcp dport 80-89`],
    ["UDP", { protocol: "udp" }, `${WHO} udp dport 80`],
    ["all ports", { fromPort: null, toPort: null }, `${WHO} meta l4proto tcp`],
    ["every protocol", { protocol: "-1", fromPort: -1, toPort: -1 }, WHO],
    ["every kind of ICMP", { protocol: "icmp", fromPort: -1, toPort: -1 }, `${WHO} meta l4proto icmp`],
    [
      "one type of ICMP",
      { protocol: "icmp", fromPort: 8, toPort: -1 },
      `${WHO} meta l4proto icmp icmp type 8`,
    ],
    [
      "one code of a type of ICMP",
      { protocol: "icmp", fromPort: 3, toPort: 4 },
      `${WHO} meta l4proto icmp icmp type 3 icmp code 4`,
    ],
    ["a protocol by its number", { protocol: "50", fromPort: null, toPort: null }, `${WHO} meta l4proto 50`],
    ["everybody", { cidr: "0.0.0.0/0" }, "ip daddr @sg-0e7c ip saddr 0.0.0.0/0 tcp dport 80"],
  ])("%s", (_, changes, expected) => {
    expect(lineFor(changes)).toBe(`${expected} accept comment "sgr-new: new"`);
  });

  test("whoever is in a group that nobody is in matches nobody", () => {
    const text = filterWith(rule("sgr-new", "ingress", 80, null, { securityGroupId: "sg-none" }));
    expect(text).toMatch(/set sg-none \{[^}]*comment "security group"\n {2}\}/);
    expect(text).toContain('ip saddr @sg-none tcp dport 80 accept comment "sgr-new"');
  });
});

describe.skipIf(labProblem() !== undefined)("nftables", () => {
  test("takes every kind of rule, and comments as long and quoted as AWS has them", async () => {
    const namespace = await NetworkNamespace.create();
    onTestFinished(() => namespace.remove());
    const description = `"quoted" ${"é".repeat(200)}`;
    const from = { cidr: "0.0.0.0/0" };
    const text = filterWith(
      rule("sgr-1", "ingress", 80, description, { ...from, toPort: 89 }),
      rule("sgr-2", "egress", -1, null, { ...from, protocol: "-1" }),
      rule("sgr-3", "ingress", 8, null, { ...from, protocol: "icmp", toPort: -1 }),
      rule("sgr-4", "ingress", 3, null, { ...from, protocol: "icmp", toPort: 4 }),
      rule("sgr-5", "egress", 0, null, { ...from, protocol: "50", fromPort: null, toPort: null }),
      rule("sgr-6", "egress", 1, null, { prefixListId: "pl-00dd" }),
      rule("sgr-7", "egress", 1, null, { securityGroupId: "sg-none" }),
    );
    for (const ruleset of [partitions(), text, text]) await shell(namespace, 'nft "$1"', ruleset);
    const listed = await shell(namespace, "nft list table ip vpc");
    expect(listed).toContain("comment \"sgr-1: 'quoted' é");
    for (const id of ["sgr-2", "sgr-3", "sgr-4", "sgr-5", "sgr-6", "sgr-7"])
      expect(listed.split("\n").filter((line) => line.includes(`"${id}"`))).toHaveLength(1);
  });
});
