import { DataAwsPrefixList } from "@cdktf/provider-aws/lib/data-aws-prefix-list";
import { DataAwsSubnet } from "@cdktf/provider-aws/lib/data-aws-subnet";
import type { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { AwsCluster, AwsSubnet } from "../../cluster/cluster";
import { hclString } from "./hcl-string";
import type { Network } from "./network";
import { s3Endpoint, s3ServiceName } from "./s3-endpoint";

/** A VPC that is there already. Of it we make nothing but, when asked to, the gateway endpoint of S3. */
export class ExistingNetwork extends Construct implements Network {
  readonly vpcId: string;
  readonly s3PrefixListId: string;
  private readonly endpoint: VpcEndpoint | undefined;
  private readonly subnets: ReadonlyMap<string, DataAwsSubnet>;

  constructor(scope: Construct, id: string, cluster: AwsCluster, vpcId: string) {
    super(scope, id);
    const { subnets, routeTableIds } = cluster.aws.network;
    this.vpcId = vpcId;
    this.subnets = new Map(
      subnets.map((subnet, index) => [subnet.cidr, this.lookAt(`subnet_${index}`, subnet)]),
    );
    // No policy: whoever else lives behind these route tables would be limited by it too.
    this.endpoint =
      routeTableIds.length === 0
        ? undefined
        : s3Endpoint(this, "s3", { cluster, vpcId, routeTableIds: [...routeTableIds] });
    this.s3PrefixListId =
      this.endpoint?.prefixListId ??
      new DataAwsPrefixList(this, "s3_addresses", { name: s3ServiceName(cluster) }).id;
  }

  /** As given, not as looked up: a look-up that waits for the deploy would plan new interfaces. */
  subnetId({ id, cidr }: AwsSubnet): string {
    if (id === undefined)
      throw new TypeError(`the rule subnet-ids-follow-the-vpc let the subnet ${cidr} pass`);
    return id;
  }

  proof({ cidr }: AwsSubnet): ITerraformDependable[] {
    const subnet = this.subnets.get(cidr);
    if (subnet === undefined) throw new TypeError(`the subnet ${cidr} is not part of this network`);
    return [subnet];
  }

  wayOut(): ITerraformDependable[] {
    return this.endpoint === undefined ? [] : [this.endpoint];
  }

  /** Addresses and volumes are decided by what the definition says of a subnet, and only AWS knows whether that is so. */
  private lookAt(id: string, subnet: AwsSubnet): DataAwsSubnet {
    const postcondition = (attribute: string, key: string, expected: string) => ({
      condition: `\${self.${attribute} == ${hclString(expected)}}`,
      errorMessage: `The subnet \${self.id} has the ${key} \${self.${attribute}}, and the definition says ${expected}. Correct ${key} in aws.network.subnets, or give the id of the subnet that is meant.`,
    });
    return new DataAwsSubnet(this, id, {
      id: this.subnetId(subnet),
      lifecycle: {
        postcondition: [
          postcondition("availability_zone", "availabilityZone", subnet.availabilityZone),
          postcondition("cidr_block", "cidr", subnet.cidr),
          {
            condition: `\${self.vpc_id == ${hclString(this.vpcId)}}`,
            errorMessage: `The subnet \${self.id} is in the VPC \${self.vpc_id}, and the definition says ${this.vpcId}. Correct aws.network.`,
          },
        ],
      },
    });
  }
}
