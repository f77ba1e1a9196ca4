import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import type { Construct } from "constructs";
import type { AwsCluster } from "../../cluster/cluster";

const AWS_ARCHITECTURE = { amd64: "x86_64", arm64: "arm64" } as const;

/**
 * The definition's AMI, or the newest Amazon Linux 2023 of the instance type's architecture.
 * @see https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
 */
export function amiId(scope: Construct, cluster: AwsCluster): string {
  if (cluster.aws.amiId !== undefined) return cluster.aws.amiId;
  const name = `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${AWS_ARCHITECTURE[cluster.aws.architecture]}`;
  // `value` is marked sensitive by the provider and would hide the AMI in every plan.
  return new DataAwsSsmParameter(scope, "ami", { name }).insecureValue;
}
