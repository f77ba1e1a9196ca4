import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import type { Construct } from "constructs";
import type { Architecture, AwsCluster } from "../../cluster/cluster";

const PARAMETER_PREFIX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default";

/** As AWS spells them in the parameter's name. */
const AWS_ARCHITECTURE: Readonly<Record<Architecture, string>> = { amd64: "x86_64", arm64: "arm64" };

/**
 * The definition's AMI, or the newest Amazon Linux 2023 of the instance type's architecture.
 * @see https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
 */
export function amiId(scope: Construct, { aws }: AwsCluster): string {
  if (aws.amiId !== undefined) return aws.amiId;
  const name = `${PARAMETER_PREFIX}-${AWS_ARCHITECTURE[aws.architecture]}`;
  // `value` is marked sensitive by the provider and would hide the AMI in every plan.
  return new DataAwsSsmParameter(scope, "ami", { name }).insecureValue;
}
