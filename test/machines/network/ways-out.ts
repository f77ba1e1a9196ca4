import type { AwsInterface, AwsRouteTable, AwsState } from "../../aws/support/aws-state";

export interface WaysOut {
  readonly hasWayToS3: boolean;
  readonly hasWayToInternet: boolean;
}

const ANYWHERE = "0.0.0.0/0";

/** Where an interface's packets can go to from its subnet, beside the VPC itself. */
export function waysOut({ subnetId, publicIp }: AwsInterface, state: AwsState): WaysOut {
  const table = routeTableOf(subnetId, state);
  const hasWayToInternet = table !== undefined && leadsToInternet(table, publicIp !== null, state);
  return { hasWayToInternet, hasWayToS3: hasWayToInternet || leadsToS3(table, state) };
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html#route-table-association */
function routeTableOf(subnetId: string, { subnets, routeTables }: AwsState): AwsRouteTable | undefined {
  const vpc = subnets.find(({ id }) => id === subnetId)?.vpcId;
  return (
    routeTables.find(({ subnetIds }) => subnetIds.includes(subnetId)) ??
    routeTables.find(({ vpcId, isMain }) => vpcId === vpc && isMain)
  );
}

/** By a gateway endpoint: https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html */
function leadsToS3(table: AwsRouteTable | undefined, { vpcEndpoints, prefixLists }: AwsState): boolean {
  const routes = table?.routes ?? [];
  return vpcEndpoints.some(({ id, type, service }) => {
    if (type !== "Gateway" || !/^com\.amazonaws\.[^.]+\.s3$/.test(service)) return false;
    const list = prefixLists.find(({ name }) => name === service);
    return routes.some(({ destination, target }) => target === id && destination === list?.id);
  });
}

/** An internet gateway takes only whoever has a public address, which a NAT gateway has. */
function leadsToInternet(table: AwsRouteTable, hasPublicAddress: boolean, state: AwsState): boolean {
  if (hasInternetGateway(table, state)) return hasPublicAddress;
  const nat = state.natGateways.find(({ id }) => id === defaultTarget(table));
  const beyond = nat === undefined ? undefined : routeTableOf(nat.subnetId, state);
  return beyond !== undefined && hasInternetGateway(beyond, state);
}

function hasInternetGateway(table: AwsRouteTable, { internetGateways }: AwsState): boolean {
  const gateway = internetGateways.find(({ id }) => id === defaultTarget(table));
  return gateway?.vpcIds.includes(table.vpcId) === true;
}

function defaultTarget({ routes }: AwsRouteTable): string | undefined {
  return routes.find(({ destination }) => destination === ANYWHERE)?.target;
}
