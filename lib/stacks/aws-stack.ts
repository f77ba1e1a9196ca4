import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { Construct } from "constructs";
import { EtcdCluster } from "../constructs/etcd-cluster";
import type { AwsCluster } from "../cluster/cluster";
import { CLUSTER_ID, EtcdStack } from "./etcd-stack";

/** Both majors that the bindings' inputs are used with; 21.x alone would pin one exact release. */
export const AWS_PROVIDER_VERSIONS = ">= 5.100.0, < 7.0.0";

/** `check` blocks, `terraform_data` and `insecure_value` all need 1.5. */
const TERRAFORM_VERSIONS = ">= 1.5.0";

/** The first with a lock file in S3, in OpenTofu as well. */
const TERRAFORM_VERSIONS_FOR_S3_STATE = ">= 1.10.0";

/** An etcd cluster on EC2 with its provider. */
export class AwsStack extends EtcdStack {
  constructor(scope: Construct, cluster: AwsCluster) {
    super(scope, cluster);
    new AwsProvider(this, "aws", { region: cluster.aws.region });
    this.addOverride(
      "terraform.required_version",
      cluster.aws.state === undefined ? TERRAFORM_VERSIONS : TERRAFORM_VERSIONS_FOR_S3_STATE,
    );
    this.addOverride("terraform.required_providers.aws.version", AWS_PROVIDER_VERSIONS);
    new EtcdCluster(this, CLUSTER_ID, { cluster });
  }
}
