import { Eip } from "@cdktf/provider-aws/lib/eip";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { AwsCluster, AwsSubnet } from "../../cluster/cluster";
import { natSubnetCidr } from "../../cluster/members";
import type { Network } from "./network";
import { tagsFor } from "./tags";

const ANYWHERE = "0.0.0.0/0";

interface MemberSubnet {
  readonly id: string;
  readonly association: RouteTableAssociation;
}

/**
 * A VPC with private subnets and one NAT gateway, through which the members fetch etcd and nobody reaches them.
 *
 * One gateway for all zones: members need it while they are set up and not afterwards, so a zone that takes it down takes
 * no member of another zone with it.
 */
export class NewNetwork extends Construct implements Network {
  readonly vpcId: string;
  private readonly subnets = new Map<string, MemberSubnet>();
  private readonly privateRoute: Route;

  constructor(
    scope: Construct,
    id: string,
    private readonly cluster: AwsCluster,
  ) {
    super(scope, id);
    const { cidr, subnets } = cluster.aws.network;
    const [firstSubnet] = subnets;
    if (cidr === undefined || firstSubnet === undefined)
      throw new TypeError("a new network has a CIDR and subnets");
    const vpc = new Vpc(this, "vpc", {
      cidrBlock: cidr,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: this.named("vpc"),
    });
    this.vpcId = vpc.id;

    const privateRoutes = new RouteTable(this, "private_routes", {
      vpcId: vpc.id,
      tags: this.named("private"),
    });
    subnets.forEach((subnet, index) => this.addMemberSubnet(`subnet_${index}`, subnet, privateRoutes));
    const nat = this.addNatGateway(natSubnetCidr(cidr), firstSubnet.availabilityZone);
    this.privateRoute = new Route(this, "private_out", {
      routeTableId: privateRoutes.id,
      destinationCidrBlock: ANYWHERE,
      natGatewayId: nat.id,
    });
  }

  subnetId(subnet: AwsSubnet): string {
    return this.memberSubnet(subnet).id;
  }

  wayOut(subnet: AwsSubnet): ITerraformDependable[] {
    return [this.memberSubnet(subnet).association, this.privateRoute];
  }

  private memberSubnet({ cidr }: AwsSubnet): MemberSubnet {
    const subnet = this.subnets.get(cidr);
    if (subnet === undefined) throw new TypeError(`the subnet ${cidr} is not part of this network`);
    return subnet;
  }

  private addMemberSubnet(id: string, { cidr, availabilityZone }: AwsSubnet, routes: RouteTable): void {
    const subnet = new Subnet(this, id, {
      vpcId: this.vpcId,
      cidrBlock: cidr,
      availabilityZone,
      mapPublicIpOnLaunch: false,
      tags: this.named(availabilityZone),
    });
    const association = new RouteTableAssociation(this, `${id}_routes`, {
      subnetId: subnet.id,
      routeTableId: routes.id,
    });
    this.subnets.set(cidr, { id: subnet.id, association });
  }

  /** In a small public subnet of its own, the only one with a route to the internet gateway. */
  private addNatGateway(cidr: string, availabilityZone: string): NatGateway {
    const tags = this.named("nat");
    const internetGateway = new InternetGateway(this, "internet_gateway", {
      vpcId: this.vpcId,
      tags: this.named("internet"),
    });
    const subnet = new Subnet(this, "nat_subnet", {
      vpcId: this.vpcId,
      cidrBlock: cidr,
      availabilityZone,
      mapPublicIpOnLaunch: false,
      tags,
    });
    const routes = new RouteTable(this, "nat_subnet_routes", { vpcId: this.vpcId, tags });
    const association = new RouteTableAssociation(this, "nat_subnet_association", {
      subnetId: subnet.id,
      routeTableId: routes.id,
    });
    const route = new Route(this, "nat_subnet_out", {
      routeTableId: routes.id,
      destinationCidrBlock: ANYWHERE,
      gatewayId: internetGateway.id,
    });
    const address = new Eip(this, "nat_address", { domain: "vpc", tags, dependsOn: [internetGateway] });
    return new NatGateway(this, "nat_gateway", {
      allocationId: address.id,
      subnetId: subnet.id,
      tags,
      dependsOn: [association, route],
    });
  }

  private named(suffix: string): Record<string, string> {
    return tagsFor(this.cluster, `${this.cluster.name}-${suffix}`);
  }
}
