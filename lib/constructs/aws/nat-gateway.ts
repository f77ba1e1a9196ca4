import { Eip } from "@cdktf/provider-aws/lib/eip";
import type { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import type { Construct } from "constructs";

export interface NatGatewayProps {
  readonly vpcId: string;
  readonly cidr: string;
  readonly availabilityZone: string;
  readonly internetGateway: InternetGateway;
  readonly tags: Record<string, string>;
}

/**
 * A NAT gateway in a small public subnet of its own, the only one with a route to the internet gateway.
 *
 * One for all zones: members need the internet while they are set up and not afterwards, so a zone that takes it down takes
 * no member of another zone with it.
 */
export function natGateway(
  scope: Construct,
  { vpcId, cidr, availabilityZone, internetGateway, tags }: NatGatewayProps,
): NatGateway {
  const subnet = new Subnet(scope, "nat_subnet", {
    vpcId,
    cidrBlock: cidr,
    availabilityZone,
    mapPublicIpOnLaunch: false,
    tags,
  });
  const routes = new RouteTable(scope, "nat_subnet_routes", { vpcId, tags });
  const association = new RouteTableAssociation(scope, "nat_subnet_association", {
    subnetId: subnet.id,
    routeTableId: routes.id,
  });
  const route = new Route(scope, "nat_subnet_out", {
    routeTableId: routes.id,
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: internetGateway.id,
  });
  const address = new Eip(scope, "nat_address", { domain: "vpc", tags, dependsOn: [internetGateway] });
  return new NatGateway(scope, "nat_gateway", {
    allocationId: address.id,
    subnetId: subnet.id,
    tags,
    dependsOn: [association, route],
  });
}
