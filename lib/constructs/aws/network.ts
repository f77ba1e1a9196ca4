import { Eip } from "@cdktf/provider-aws/lib/eip";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Construct } from "constructs";
import type { AwsCluster, AwsSubnet } from "../../cluster/cluster";
import { natSubnetCidr } from "../../cluster/members";
import { tagsFor } from "./tags";

const ANYWHERE = "0.0.0.0/0";

/**
 * The subnets that the members live in: the existing ones of the definition, or a new VPC with private subnets and one
 * NAT gateway, through which the members fetch etcd and nobody reaches them.
 */
export class Network extends Construct {
  readonly vpcId: string;
  /** What the member's interface has to wait for: without a route it could not fetch etcd. */
  readonly routes: Route[] = [];
  private readonly subnetIds = new Map<string, string>();

  constructor(scope: Construct, id: string, cluster: AwsCluster) {
    super(scope, id);
    const { network, tags } = cluster.aws;
    if (network.vpcId !== undefined) {
      this.vpcId = network.vpcId;
      for (const subnet of network.subnets) this.subnetIds.set(subnet.cidr, subnet.id ?? "");
      return;
    }
    const named = (suffix: string) => tagsFor(cluster, tags, `${cluster.name}-${suffix}`);
    const vpc = new Vpc(this, "vpc", {
      cidrBlock: network.cidr ?? "",
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: named("vpc"),
    });
    this.vpcId = vpc.id;

    const privateTable = new RouteTable(this, "private_routes", { vpcId: vpc.id, tags: named("private") });
    network.subnets.forEach(({ cidr, availabilityZone }, index) => {
      const subnet = new Subnet(this, `subnet_${index}`, {
        vpcId: vpc.id,
        cidrBlock: cidr,
        availabilityZone,
        mapPublicIpOnLaunch: false,
        tags: named(availabilityZone),
      });
      new RouteTableAssociation(this, `subnet_${index}_routes`, { subnetId: subnet.id, routeTableId: privateTable.id });
      this.subnetIds.set(cidr, subnet.id);
    });
    this.addWayOut(vpc, privateTable, network, named);
  }

  /** @returns the id of a subnet of the definition */
  subnetId(subnet: AwsSubnet): string {
    const id = this.subnetIds.get(subnet.cidr);
    if (id === undefined) throw new TypeError(`subnet ${subnet.cidr} is not part of this network`);
    return id;
  }

  private addWayOut(vpc: Vpc, privateTable: RouteTable, network: AwsCluster["aws"]["network"], named: (suffix: string) => Record<string, string>): void {
    const internetGateway = new InternetGateway(this, "internet_gateway", { vpcId: vpc.id, tags: named("internet") });
    const publicSubnet = new Subnet(this, "nat_subnet", {
      vpcId: vpc.id,
      cidrBlock: natSubnetCidr(network.cidr ?? ""),
      availabilityZone: network.subnets[0]?.availabilityZone ?? "",
      mapPublicIpOnLaunch: false,
      tags: named("nat"),
    });
    const publicTable = new RouteTable(this, "nat_subnet_routes", { vpcId: vpc.id, tags: named("nat") });
    new RouteTableAssociation(this, "nat_subnet_association", { subnetId: publicSubnet.id, routeTableId: publicTable.id });
    const publicRoute = new Route(this, "nat_subnet_out", {
      routeTableId: publicTable.id,
      destinationCidrBlock: ANYWHERE,
      gatewayId: internetGateway.id,
    });
    const address = new Eip(this, "nat_address", { domain: "vpc", tags: named("nat"), dependsOn: [internetGateway] });
    const nat = new NatGateway(this, "nat_gateway", {
      allocationId: address.id,
      subnetId: publicSubnet.id,
      tags: named("nat"),
      dependsOn: [publicRoute],
    });
    this.routes.push(
      new Route(this, "private_out", { routeTableId: privateTable.id, destinationCidrBlock: ANYWHERE, natGatewayId: nat.id }),
    );
  }
}
