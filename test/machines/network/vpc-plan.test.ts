import { describe, expect, test } from "vitest";
import type { AwsState } from "../../aws/support/aws-state";
import {
  deployedState,
  interfaceOf,
  rule,
  VPC_ID,
  withInterface,
  withRoutes,
  withRules,
} from "./support/deployed-state";
import { vpcPlan, type VpcPlan } from "./vpc-plan";

function planOf(state: AwsState): VpcPlan {
  const plan = vpcPlan(state);
  if (plan === undefined) throw new Error("no plan");
  return plan;
}

test("the plan of the default stack, with everything that it says of the network", () => {
  expect(planOf(deployedState())).toMatchSnapshot();
});

test("there is no plan before there is a VPC, and one as soon as there is", () => {
  const { hostedZones: _, vpcs, prefixLists, ...rest } = deployedState();
  const empty = Object.fromEntries(Object.keys(rest).map((kind) => [kind, []])) as unknown as typeof rest;
  expect(vpcPlan({ ...empty, hostedZones: [], vpcs: [], prefixLists })).toBeUndefined();
  expect(vpcPlan({ ...empty, hostedZones: [], vpcs, prefixLists })).toMatchObject({
    cidr: "10.40.0.0/16",
    interfaces: [],
    securityGroups: [],
  });
});

test("of two VPCs the one with interfaces counts, and two such are refused", () => {
  const state = deployedState();
  const vpcs = [{ id: "vpc-other", cidr: "10.99.0.0/16", tags: {} }, ...state.vpcs];
  expect(planOf({ ...state, vpcs }).id).toBe(VPC_ID);
  const subnets = [
    ...state.subnets,
    { ...state.subnets[0]!, id: "subnet-other", vpcId: "vpc-other", cidr: "10.99.0.0/24" },
  ];
  const interfaces = [...state.interfaces, { ...interfaceOf(0), id: "eni-other", subnetId: "subnet-other" }];
  expect(() => vpcPlan({ ...state, vpcs, subnets, interfaces })).toThrow(
    "interfaces are in the VPCs vpc-other, vpc-0a40",
  );
});

describe("machines", () => {
  test("are named by their instance, and an interface without one keeps its address for the next", () => {
    const detached = withInterface(deployedState(), 1, { instanceId: null });
    const machines = planOf(detached).interfaces.map(({ machine, address }) => [machine, address]);
    expect(machines).toEqual([
      ["etcd-0", "10.40.0.10"],
      [null, "10.40.1.10"],
      ["etcd-2", "10.40.2.10"],
    ]);
  });

  test("have their first interface alone for a name", () => {
    const state = deployedState();
    const second = { ...interfaceOf(0), id: "eni-second", privateIp: "10.40.0.20" };
    const { interfaces } = planOf({ ...state, interfaces: [...state.interfaces, second] });
    expect(interfaces.filter(({ machine }) => machine === "etcd-0").map(({ address }) => address)).toEqual([
      "10.40.0.10",
    ]);
  });
});

describe("the operator", () => {
  test("has the highest address of the VPC that is in no subnet", () => {
    const state = deployedState();
    const high = { ...state.subnets[0]!, id: "subnet-high" };
    const withSubnets = (...cidrs: string[]): AwsState => ({
      ...state,
      subnets: [...state.subnets, ...cidrs.map((cidr) => ({ ...high, cidr }))],
    });
    expect(planOf(state).operatorAddress).toBe("10.40.255.254");
    expect(planOf(withSubnets("10.40.255.0/24", "10.40.254.0/24")).operatorAddress).toBe("10.40.253.255");
    expect(() => vpcPlan(withSubnets("10.40.0.0/16"))).toThrow("the subnets take all of the VPC");
  });

  test.each(["10.41.0.1", "10.40.1.99"])("cannot have %s, which is elsewhere or a machine's", (address) => {
    expect(() => vpcPlan(deployedState(), { operatorAddress: address })).toThrow(
      `in the VPC and in none of its subnets, got ${address}`,
    );
  });
});

describe("ways out", () => {
  const ANYWHERE = "0.0.0.0/0";
  const GATEWAY = { id: "igw-1", vpcIds: [VPC_ID] };
  const PUBLIC_SUBNET = "subnet-nat";

  const waysOf = (state: AwsState): [boolean, boolean] => {
    const [first] = planOf(state).interfaces;
    return [first!.hasWayToS3, first!.hasWayToInternet];
  };
  const withNat = (state: AwsState, target: string): AwsState => ({
    ...withRoutes(state, { destination: ANYWHERE, target: "nat-1" }),
    internetGateways: [GATEWAY],
    natGateways: [{ id: "nat-1", subnetId: PUBLIC_SUBNET }],
    subnets: [...state.subnets, { ...state.subnets[0]!, id: PUBLIC_SUBNET, cidr: "10.40.200.0/24" }],
    routeTables: [
      ...withRoutes(state, { destination: ANYWHERE, target: "nat-1" }).routeTables,
      {
        id: "rtb-nat",
        vpcId: VPC_ID,
        isMain: false,
        subnetIds: [PUBLIC_SUBNET],
        routes: [{ destination: ANYWHERE, target }],
        tags: {},
      },
    ],
  });

  test("to S3 by the gateway endpoint's route", () => {
    expect(waysOf(deployedState())).toEqual([true, false]);
  });

  test("none without routes, or with an endpoint that is gone or another service's", () => {
    const state = deployedState();
    expect(waysOf(withRoutes(state))).toEqual([false, false]);
    expect(waysOf({ ...state, vpcEndpoints: [] })).toEqual([false, false]);
    const [endpoint] = state.vpcEndpoints;
    const dynamoDb = { ...endpoint!, service: "com.amazonaws.eu-central-1.dynamodb" };
    expect(waysOf({ ...state, vpcEndpoints: [dynamoDb] })).toEqual([false, false]);
    expect(waysOf(withRoutes(state, { destination: "pl-00dd", target: endpoint!.id }))).toEqual([
      false,
      false,
    ]);
  });

  test("everywhere through a NAT gateway whose own subnet leads to the internet", () => {
    expect(waysOf(withNat(deployedState(), "igw-1"))).toEqual([true, true]);
    expect(waysOf(withNat(deployedState(), "nat-1"))).toEqual([false, false]);
  });

  test("through an internet gateway only with a public address, and only one that is the VPC's", () => {
    const state = withRoutes(deployedState(), { destination: ANYWHERE, target: "igw-1" });
    const open = { ...state, internetGateways: [GATEWAY] };
    expect(waysOf(open)).toEqual([false, false]);
    expect(waysOf(withInterface(open, 0, { publicIp: "203.0.113.7" }))).toEqual([true, true]);
    const detached = { ...open, internetGateways: [{ id: "igw-1", vpcIds: [] }] };
    expect(waysOf(withInterface(detached, 0, { publicIp: "203.0.113.7" }))).toEqual([false, false]);
  });

  test("by the VPC's main table for a subnet without a table of its own", () => {
    const state = deployedState();
    const [main, members] = state.routeTables;
    const swapped = [
      { ...main!, routes: members!.routes },
      { ...members!, routes: main!.routes, subnetIds: [] },
    ];
    expect(waysOf({ ...state, routeTables: swapped })).toEqual([true, false]);
    expect(waysOf({ ...state, routeTables: [{ ...main!, isMain: true }] })).toEqual([false, false]);
  });
});

describe("rules", () => {
  const peers = (state: AwsState): unknown[] =>
    planOf(state).securityGroups.flatMap(({ rules }) =>
      rules.slice(-1).map(({ ports, peer }) => [ports, peer]),
    );

  test("of a group lead to the interfaces that are in it now", () => {
    const state = withInterface(deployedState(), 2, { securityGroupIds: ["sg-0def"] });
    const [unused, members] = planOf(state).securityGroups;
    expect(unused).toMatchObject({ id: "sg-0def", addresses: ["10.40.2.10"] });
    expect(members).toMatchObject({ addresses: ["10.40.0.10", "10.40.1.10"] });
    expect(members?.rules.find(({ description }) => description === "etcd peers")?.peer.cidrs).toEqual([
      "10.40.0.10",
      "10.40.1.10",
    ]);
  });

  test("of a group that nobody is in lead to nobody", () => {
    const other = rule("sgr-1", "ingress", 1, null, { securityGroupId: "sg-elsewhere" });
    expect(peers(withRules(deployedState(), other))).toEqual([
      [
        { from: 1, to: 1 },
        { kind: "security group", id: "sg-elsewhere", cidrs: [] },
      ],
    ]);
  });

  test("for IPv6 are nobody's, and a prefix list that is not there is a mistake", () => {
    const state = deployedState();
    expect(planOf(withRules(state, rule("sgr-1", "ingress", 1, null, { cidr: "::/0" })))).toEqual(
      planOf(state),
    );
    const unknown = rule("sgr-2", "egress", 1, null, { prefixListId: "pl-gone" });
    expect(() => vpcPlan(withRules(state, unknown))).toThrow("sgr-2 names pl-gone, which is no prefix list");
  });

  test("for everything have no ports", () => {
    const all = rule("sgr-1", "egress", -1, null, { protocol: "-1", cidr: "0.0.0.0/0" });
    expect(peers(withRules(deployedState(), all))).toEqual([[null, { kind: "range", cidrs: ["0.0.0.0/0"] }]]);
  });
});

describe("names", () => {
  test("are those of the VPC's private zones alone", () => {
    const state = deployedState();
    const [zone] = state.hostedZones;
    const publicZone = { ...zone!, isPrivate: false };
    expect(planOf({ ...state, hostedZones: [publicZone] }).records).toEqual([]);
    expect(planOf({ ...state, hostedZones: [{ ...zone!, vpcIds: ["vpc-other"] }] }).records).toEqual([]);
  });

  test("of other types are not left out in silence", () => {
    const state = deployedState();
    const records = [{ name: "a.example.internal.", type: "CAA", ttlSeconds: 1, values: ['0 issue "x"'] }];
    const hostedZones = [{ ...state.hostedZones[0]!, records }];
    expect(() => vpcPlan({ ...state, hostedZones })).toThrow("cannot serve a.example.internal. CAA");
  });
});
