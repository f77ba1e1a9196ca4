import type { ITerraformDependable } from "cdktf";
import type { AwsSubnet } from "../../cluster/cluster";

/** The VPC and the subnets that the members live in. */
export interface Network {
  readonly vpcId: string;
  /** Id of a subnet of the definition. */
  subnetId(subnet: AwsSubnet): string;
  /** What shows that the subnet is what the definition says, before anything is put into it. */
  proof(subnet: AwsSubnet): ITerraformDependable[];
  /** What an instance in the subnet has to wait for: without a route to S3 it would fetch nothing. */
  wayOut(subnet: AwsSubnet): ITerraformDependable[];
  /** Id of the list of S3's addresses. */
  readonly s3PrefixListId: string;
}
