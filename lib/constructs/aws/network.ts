import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { AwsCluster, AwsSubnet } from "../../cluster/cluster";
import { NewNetwork } from "./new-network";

/** The VPC and the subnets that the members live in. */
export interface Network {
  readonly vpcId: string;
  /** Id of a subnet of the definition. */
  subnetId(subnet: AwsSubnet): string;
  /** What an instance in the subnet has to wait for: without a route it could not fetch etcd. */
  wayOut(subnet: AwsSubnet): ITerraformDependable[];
}

/** The existing network that the definition names, or a new one. */
export function networkOf(scope: Construct, id: string, cluster: AwsCluster): Network {
  const { vpcId } = cluster.aws.network;
  return vpcId === undefined ? new NewNetwork(scope, id, cluster) : new ExistingNetwork(vpcId);
}

class ExistingNetwork implements Network {
  constructor(readonly vpcId: string) {}

  subnetId({ id, cidr }: AwsSubnet): string {
    if (id === undefined)
      throw new TypeError(`the rule subnet-ids-follow-the-vpc let the subnet ${cidr} pass`);
    return id;
  }

  wayOut(): ITerraformDependable[] {
    return [];
  }
}
