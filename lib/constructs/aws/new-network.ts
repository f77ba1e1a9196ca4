import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import type { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { AwsCluster, AwsSubnet } from "../../cluster/cluster";
import { natSubnetCidr } from "../../cluster/members";
import type { Account } from "./account";
import { natGateway } from "./nat-gateway";
import type { Network } from "./network";
import { onlyClusterBucket, s3Endpoint } from "./s3-endpoint";
import type { Storage } from "./storage";
import { tagsFor } from "./tags";

const ANYWHERE = "0.0.0.0/0";

interface MemberSubnet {
  readonly id: string;
  readonly association: RouteTableAssociation;
}

/** A VPC whose subnets have a way to S3, and a way to the internet only when the definition asks for one. */
export class NewNetwork extends Construct implements Network {
  readonly vpcId: string;
  readonly s3PrefixListId: string;
  private readonly subnets: ReadonlyMap<string, MemberSubnet>;
  private readonly endpoint: VpcEndpoint;
  private readonly internetRoute: Route | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly cluster: AwsCluster,
    { storage, account, cidr }: { storage: Storage; account: Account; cidr: string },
  ) {
    super(scope, id);
    const { subnets, internet } = cluster.aws.network;
    const vpc = new Vpc(this, "vpc", {
      cidrBlock: cidr,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: this.named("vpc"),
    });
    this.vpcId = vpc.id;
    // Every VPC has one, and until it is adopted everything in it may talk to everything.
    new DefaultSecurityGroup(this, "default_security_group", {
      vpcId: vpc.id,
      tags: this.named("unused"),
    });

    const routes = new RouteTable(this, "member_routes", { vpcId: vpc.id, tags: this.named("members") });
    this.subnets = new Map(
      subnets.map((subnet, index) => [subnet.cidr, this.addMemberSubnet(`subnet_${index}`, subnet, routes)]),
    );
    this.endpoint = s3Endpoint(this, "s3", {
      cluster,
      vpcId: vpc.id,
      routeTableIds: [routes.id],
      // With a way to everywhere it would only break what else is in S3, such as the repositories of Amazon Linux.
      policy: internet === "none" ? onlyClusterBucket(this, "s3_policy", storage, account) : undefined,
    });
    this.s3PrefixListId = this.endpoint.prefixListId;
    this.internetRoute = this.addInternetRoute(routes, cidr);
  }

  subnetId(subnet: AwsSubnet): string {
    return this.memberSubnet(subnet).id;
  }

  proof(): ITerraformDependable[] {
    return [];
  }

  wayOut(subnet: AwsSubnet): ITerraformDependable[] {
    return [
      this.memberSubnet(subnet).association,
      this.endpoint,
      ...(this.internetRoute === undefined ? [] : [this.internetRoute]),
    ];
  }

  private memberSubnet({ cidr }: AwsSubnet): MemberSubnet {
    const subnet = this.subnets.get(cidr);
    if (subnet === undefined) throw new TypeError(`the subnet ${cidr} is not part of this network`);
    return subnet;
  }

  private addMemberSubnet(
    id: string,
    { cidr, availabilityZone }: AwsSubnet,
    routes: RouteTable,
  ): MemberSubnet {
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
    return { id: subnet.id, association };
  }

  private addInternetRoute(routes: RouteTable, vpcCidr: string): Route | undefined {
    const { internet, subnets } = this.cluster.aws.network;
    if (internet === "none") return undefined;
    const gateway = new InternetGateway(this, "internet_gateway", {
      vpcId: this.vpcId,
      tags: this.named("internet"),
    });
    const via =
      internet === "public"
        ? { gatewayId: gateway.id }
        : {
            natGatewayId: natGateway(this, {
              vpcId: this.vpcId,
              cidr: natSubnetCidr(vpcCidr),
              availabilityZone: subnets[0]!.availabilityZone,
              internetGateway: gateway,
              tags: this.named("nat"),
            }).id,
          };
    return new Route(this, "members_out", {
      routeTableId: routes.id,
      destinationCidrBlock: ANYWHERE,
      ...via,
    });
  }

  private named(suffix: string): Record<string, string> {
    return tagsFor(this.cluster, `${this.cluster.name}-${suffix}`);
  }
}
