/** What the VPC's router has to do, read off what is in AWS. */
import { formatIpv4 } from "../../../lib/cluster/ipv4";
import type { AwsInterface, AwsState, AwsSubnet } from "../../aws/support/aws-state";
import { s3PrefixList } from "../services/s3-address";
import { freeAddress, rangeOf } from "./addresses";
import { resolverRecords, type ResolverRecord } from "./resolver-records";
import { waysOut, type WaysOut } from "./ways-out";
import { plannedGroups, type PlannedGroup } from "./planned-groups";

export interface VpcPlan {
  readonly id: string;
  readonly region: string;
  readonly cidr: string;
  /** Of whoever deploys and verifies: in the VPC, and in none of its subnets. */
  readonly operatorAddress: string;
  /** https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html#AmazonDNS */
  readonly resolverAddress: string;
  readonly s3: S3Addresses;
  readonly subnets: readonly PlannedSubnet[];
  /** Also those that no instance has at the moment. */
  readonly interfaces: readonly PlannedInterface[];
  /** Those that interfaces are in. */
  readonly securityGroups: readonly PlannedGroup[];
  readonly records: readonly ResolverRecord[];
}

export interface S3Addresses {
  /** The one that names of S3 lead to. */
  readonly address: string;
  readonly prefixListId: string;
  readonly cidrs: readonly string[];
}

export interface PlannedSubnet {
  readonly id: string;
  readonly cidr: string;
  /** The router's own address in it. */
  readonly gateway: string;
}

export interface PlannedInterface extends WaysOut {
  readonly id: string;
  /** Name of the member whose instance has it as its first; `null` when none has. */
  readonly machine: string | null;
  readonly address: string;
  readonly macAddress: string;
  readonly subnet: PlannedSubnet;
  readonly securityGroupIds: readonly string[];
}

export interface PlanOptions {
  /** @default - the highest address of the VPC that is in no subnet */
  readonly operatorAddress?: string | undefined;
}

/**
 * Of the VPC that has interfaces in it, or is the only one; `undefined` while there is none.
 * @throws Error when more than one has interfaces
 */
export function vpcPlan(state: AwsState, options: PlanOptions = {}): VpcPlan | undefined {
  const vpc = vpcOf(state);
  if (vpc === undefined) return undefined;
  const range = rangeOf(vpc.cidr);
  const { region, ...s3 } = s3Of(state);
  const subnets = state.subnets.filter(({ vpcId }) => vpcId === vpc.id).map(plannedSubnet);
  const interfaces = state.interfaces
    .flatMap((networkInterface) => {
      const subnet = subnets.find(({ id }) => id === networkInterface.subnetId);
      return subnet === undefined ? [] : [plannedInterface(networkInterface, subnet, state)];
    })
    .toSorted((a, b) => rangeOf(a.address).first - rangeOf(b.address).first);
  return {
    id: vpc.id,
    region,
    cidr: vpc.cidr,
    operatorAddress: freeAddress(
      range,
      subnets.map(({ cidr }) => rangeOf(cidr)),
      options.operatorAddress,
    ),
    resolverAddress: formatIpv4(range.first + 2),
    s3,
    subnets,
    interfaces,
    securityGroups: plannedGroups(state, interfaces),
    records: resolverRecords(state, vpc.id),
  };
}

function vpcOf({ vpcs, subnets, interfaces }: AwsState): AwsState["vpcs"][number] | undefined {
  const inUse = vpcs.filter(({ id }) =>
    subnets.some(
      (subnet) => subnet.vpcId === id && interfaces.some(({ subnetId }) => subnetId === subnet.id),
    ),
  );
  if (inUse.length > 1)
    throw new Error(
      `there is one router, and interfaces are in the VPCs ${inUse.map(({ id }) => id).join(", ")}`,
    );
  return inUse[0] ?? (vpcs.length === 1 ? vpcs[0] : undefined);
}

/** Which region it is shows in the name of the list, which every region has. */
function s3Of({ prefixLists }: AwsState): S3Addresses & { readonly region: string } {
  for (const { id, name, cidrs } of prefixLists) {
    const region = /^com\.amazonaws\.([^.]+)\.s3$/.exec(name)?.[1];
    const [first] = cidrs;
    if (region !== undefined && first !== undefined)
      return { region, address: formatIpv4(rangeOf(first).first + 1), prefixListId: id, cidrs };
  }
  throw new Error(`AWS has a list of S3's addresses, ${s3PrefixList("REGION")}, and none is here`);
}

function plannedSubnet({ id, cidr }: AwsSubnet): PlannedSubnet {
  return { id, cidr, gateway: formatIpv4(rangeOf(cidr).first + 1) };
}

function plannedInterface(
  networkInterface: AwsInterface,
  subnet: PlannedSubnet,
  state: AwsState,
): PlannedInterface {
  const { id, privateIp: address, macAddress, instanceId, securityGroupIds } = networkInterface;
  const instance = state.instances.find((one) => one.id === instanceId && one.interfaceIds[0] === id);
  const machine = instance?.tags["etcd-member"] ?? null;
  const ways = waysOut(networkInterface, state);
  return { id, machine, address, macAddress, subnet, securityGroupIds, ...ways };
}
