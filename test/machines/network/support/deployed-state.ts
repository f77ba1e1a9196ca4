import type {
  AwsInstance,
  AwsInterface,
  AwsSecurityGroup,
  AwsSecurityGroupRule,
  AwsState,
} from "../../../aws/support/aws-state";

export const MEMBERS = ["etcd-0", "etcd-1", "etcd-2"] as const;
export const ADDRESSES = ["10.40.0.10", "10.40.1.10", "10.40.2.10"] as const;
export const S3_ADDRESS = "52.216.0.1";

export const VPC_ID = "vpc-0a40";
export const MEMBERS_GROUP = "sg-0e7c";
const REGION = "eu-central-1";
const S3_LIST = "pl-0053";
const S3_ENDPOINT = "vpce-0053";
const MEMBER_ROUTES = "rtb-0e7c";
const ZONES = ["a", "b", "c"] as const;

/** What an account has after the default definition was deployed, as far as the network is concerned. */
export function deployedState(): AwsState {
  return {
    instances: MEMBERS.map((_, index) => instanceOf(index)),
    interfaces: MEMBERS.map((_, index) => interfaceOf(index)),
    volumes: [],
    securityGroups: [
      { id: "sg-0def", name: "default", description: "", vpcId: VPC_ID, rules: [], tags: {} },
      membersGroup(),
    ],
    vpcs: [{ id: VPC_ID, cidr: "10.40.0.0/16", tags: {} }],
    subnets: MEMBERS.map((_, index) => ({
      id: subnetId(index),
      vpcId: VPC_ID,
      cidr: `10.40.${index}.0/24`,
      availabilityZone: `${REGION}${ZONES[index]}`,
      mapPublicIpOnLaunch: false,
      tags: {},
    })),
    routeTables: [
      { id: "rtb-0def", vpcId: VPC_ID, isMain: true, subnetIds: [], routes: [LOCAL_ROUTE], tags: {} },
      {
        id: MEMBER_ROUTES,
        vpcId: VPC_ID,
        isMain: false,
        subnetIds: MEMBERS.map((_, index) => subnetId(index)),
        routes: [LOCAL_ROUTE, S3_ROUTE],
        tags: {},
      },
    ],
    vpcEndpoints: [
      {
        id: S3_ENDPOINT,
        type: "Gateway",
        service: `com.amazonaws.${REGION}.s3`,
        vpcId: VPC_ID,
        routeTableIds: [MEMBER_ROUTES],
        subnetIds: [],
        securityGroupIds: [],
        policy: null,
        tags: {},
      },
    ],
    prefixLists: [
      { id: S3_LIST, name: `com.amazonaws.${REGION}.s3`, cidrs: ["52.216.0.0/15", "3.5.0.0/19"] },
      { id: "pl-00dd", name: `com.amazonaws.${REGION}.dynamodb`, cidrs: ["52.94.0.0/22"] },
    ],
    internetGateways: [],
    natGateways: [],
    elasticIps: [],
    placementGroups: [],
    buckets: [],
    roles: [],
    instanceProfiles: [],
    kmsKeys: [],
    hostedZones: [
      {
        id: "Z0E7C",
        name: "etcd.example.internal.",
        isPrivate: true,
        vpcIds: [VPC_ID],
        records: [
          {
            name: "_etcd-server-ssl._tcp.etcd.example.internal.",
            type: "SRV",
            ttlSeconds: 300,
            values: MEMBERS.map((member) => `0 0 2380 ${member}.etcd.example.internal`),
          },
          ...MEMBERS.map((member, index) => ({
            name: `${member}.etcd.example.internal.`,
            type: "A",
            ttlSeconds: 300,
            values: [ADDRESSES[index]!],
          })),
        ],
      },
    ],
  };
}

const LOCAL_ROUTE = { destination: "10.40.0.0/16", target: "local" } as const;
const S3_ROUTE = { destination: S3_LIST, target: S3_ENDPOINT } as const;

const subnetId = (index: number): string => `subnet-000${index}`;
const interfaceId = (index: number): string => `eni-000${index}`;
const instanceId = (index: number): string => `i-000${index}`;

function instanceOf(index: number): AwsInstance {
  return {
    id: instanceId(index),
    state: "running",
    imageId: "ami-0deb",
    instanceType: "m7i.large",
    architecture: "x86_64",
    launchTime: "2026-11-23T12:00:00Z",
    privateIp: ADDRESSES[index]!,
    publicIp: null,
    availabilityZone: `${REGION}${ZONES[index]}`,
    placementGroup: "etcd-demo",
    subnetId: subnetId(index),
    keyName: null,
    interfaceIds: [interfaceId(index)],
    profileArn: null,
    monitoring: "disabled",
    ebsOptimized: true,
    metadataOptions: { endpoint: "enabled", tokens: "required", hopLimit: 1, instanceTags: "disabled" },
    terminationProtection: true,
    shutdownBehavior: "stop",
    userData: null,
    userDataBase64: null,
    devices: [],
    tags: { "etcd-member": MEMBERS[index]! },
  };
}

export function interfaceOf(index: number): AwsInterface {
  return {
    id: interfaceId(index),
    status: "in-use",
    description: "",
    macAddress: `02:00:00:00:00:0${index}`,
    privateIp: ADDRESSES[index]!,
    publicIp: null,
    subnetId: subnetId(index),
    availabilityZone: `${REGION}${ZONES[index]}`,
    instanceId: instanceId(index),
    securityGroupIds: [MEMBERS_GROUP],
    tags: { "etcd-member": MEMBERS[index]! },
  };
}

function membersGroup(): AwsSecurityGroup {
  return {
    id: MEMBERS_GROUP,
    name: "etcd-demo",
    description: "members of the etcd cluster demo",
    vpcId: VPC_ID,
    rules: [
      rule("sgr-0001", "ingress", 2379, "etcd clients", { cidr: "10.40.0.0/16" }),
      rule("sgr-0002", "ingress", 2379, "members as clients of each other", {
        securityGroupId: MEMBERS_GROUP,
      }),
      rule("sgr-0003", "ingress", 2380, "etcd peers", { securityGroupId: MEMBERS_GROUP }),
      rule("sgr-0004", "egress", 2379, "members as clients of each other", {
        securityGroupId: MEMBERS_GROUP,
      }),
      rule("sgr-0005", "egress", 2380, "etcd peers", { securityGroupId: MEMBERS_GROUP }),
      rule("sgr-0006", "egress", 443, "the bucket of the cluster, in S3", { prefixListId: S3_LIST }),
    ],
    tags: {},
  };
}

/** A rule for one TCP port, unless something else is said. */
export function rule(
  id: string,
  direction: AwsSecurityGroupRule["direction"],
  port: number,
  description: string | null,
  rest: Partial<AwsSecurityGroupRule>,
): AwsSecurityGroupRule {
  const nobody = { cidr: null, securityGroupId: null, prefixListId: null };
  const tcp = { protocol: "tcp", fromPort: port, toPort: port };
  return { id, direction, description, ...tcp, ...nobody, ...rest, tags: {} };
}

/** The same without some of the members' rules. */
export function withoutRules(state: AwsState, isGone: (rule: AwsSecurityGroupRule) => boolean): AwsState {
  return changeGroup(state, (rules) => rules.filter((one) => !isGone(one)));
}

export function withRules(state: AwsState, ...more: readonly AwsSecurityGroupRule[]): AwsState {
  return changeGroup(state, (rules) => [...rules, ...more]);
}

function changeGroup(
  state: AwsState,
  change: (rules: readonly AwsSecurityGroupRule[]) => readonly AwsSecurityGroupRule[],
): AwsState {
  const securityGroups = state.securityGroups.map((group) =>
    group.id === MEMBERS_GROUP ? { ...group, rules: change(group.rules) } : group,
  );
  return { ...state, securityGroups };
}

/** The same with other routes of the members' subnets, beside those in the VPC. */
export function withRoutes(
  state: AwsState,
  ...routes: readonly { readonly destination: string; readonly target: string }[]
): AwsState {
  const routeTables = state.routeTables.map((table) =>
    table.id === MEMBER_ROUTES ? { ...table, routes: [LOCAL_ROUTE, ...routes] } : table,
  );
  return { ...state, routeTables };
}

/** The same with a change of one member's interface. */
export function withInterface(state: AwsState, index: number, change: Partial<AwsInterface>): AwsState {
  const interfaces = state.interfaces.map((one) =>
    one.id === interfaceId(index) ? { ...one, ...change } : one,
  );
  return { ...state, interfaces };
}
