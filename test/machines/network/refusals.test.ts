import { expect, test } from "vitest";
import { explain, notedPackets, type NotedPackets } from "./refusals";
import { deployedState, withInterface } from "./support/deployed-state";
import { vpcPlan } from "./vpc-plan";

const TO_PEER = { source: "10.40.0.10", destination: "10.40.1.10", protocol: "tcp", port: 2380 } as const;

const messageOf = (packets: NotedPackets, state = deployedState()): string =>
  explain(packets, vpcPlan(state)!).message;

test("sets of nftables are read by their reason; other sets are not", () => {
  const sets = [
    { set: { name: "sg-0e7c", elem: ["10.40.0.10"] } },
    { set: { name: "nobody-there" } },
    { set: { name: "no-route", elem: [{ concat: ["10.40.0.10", "192.0.2.1", "udp", 53] }] } },
    { set: { name: "cut-off", elem: [{ concat: ["10.40.0.10", "10.40.1.10", "icmp", 0] }] } },
  ];
  expect(notedPackets(JSON.stringify({ nftables: [{ metainfo: {} }, ...sets] }))).toEqual([
    { reason: "no-route", source: "10.40.0.10", destination: "192.0.2.1", protocol: "udp", port: 53 },
    { reason: "cut-off", source: "10.40.0.10", destination: "10.40.1.10", protocol: "icmp", port: null },
  ]);
});

test.each([
  ["cut-off", "the two are cut off from each other"],
  ["no-route", "the route table of subnet-0000 has no way there"],
  ["refused-egress", "no security group rule lets it out: etcd-demo (sg-0e7c) has no such egress rule"],
  ["refused-ingress", "no security group rule lets it in: etcd-demo (sg-0e7c) has no such ingress rule"],
  ["nobody-there", "one of the two has no power or no cable"],
] as const)("%s is explained with who, where to, and why", (reason, why) => {
  expect(messageOf({ ...TO_PEER, reason })).toBe(
    `10.40.0.10 (etcd-0) -> 10.40.1.10 (etcd-1) tcp/2380 refused: ${why}`,
  );
});

test("places that are no machines are named, too", () => {
  const toOutside = { ...TO_PEER, destination: "192.0.2.1", reason: "nobody-there" } as const;
  expect(messageOf(toOutside)).toContain(
    "-> 192.0.2.1 tcp/2380 refused: what is outside the VPC is not part of the lab",
  );
  expect(messageOf({ ...TO_PEER, destination: "52.216.0.1", reason: "no-route" })).toContain(
    "52.216.0.1 (S3)",
  );
  expect(messageOf({ ...TO_PEER, source: "10.40.255.254", reason: "refused-ingress" })).toContain(
    "10.40.255.254 (operator) -> ",
  );
  expect(messageOf({ ...TO_PEER, destination: "10.40.0.1", reason: "refused-ingress" })).toContain(
    "no network interface has that address",
  );
});

test("all groups of an interface are named, also one that is not there", () => {
  const inTwo = withInterface(deployedState(), 1, { securityGroupIds: ["sg-0e7c", "sg-gone"] });
  expect(messageOf({ ...TO_PEER, reason: "refused-ingress" }, inTwo)).toContain(
    "etcd-demo (sg-0e7c) and sg-gone have no such ingress rule",
  );
  const inNone = withInterface(deployedState(), 1, { securityGroupIds: [] });
  expect(messageOf({ ...TO_PEER, reason: "refused-ingress" }, inNone)).toContain("in no security group");
});
