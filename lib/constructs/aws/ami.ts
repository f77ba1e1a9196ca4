import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import type { Construct } from "constructs";
import type { Architecture, AwsCluster, Image } from "../../cluster/cluster";

/**
 * Public parameters that hold the id of the newest AMI, in every region.
 * @see https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
 * @see https://wiki.debian.org/Cloud/AmazonEC2Image
 * @see https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/
 */
const PARAMETERS: Readonly<Record<Image, (architecture: Architecture) => string>> = {
  "amazon-linux-2023": (architecture) =>
    `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture === "amd64" ? "x86_64" : architecture}`,
  "debian-12": (architecture) => `/aws/service/debian/release/12/latest/${architecture}`,
  "debian-13": (architecture) => `/aws/service/debian/release/13/latest/${architecture}`,
  // Canonical names the volume type that the image was made for; ours comes from the instance.
  "ubuntu-22.04": (architecture) =>
    `/aws/service/canonical/ubuntu/server/22.04/stable/current/${architecture}/hvm/ebs-gp2/ami-id`,
  "ubuntu-24.04": (architecture) =>
    `/aws/service/canonical/ubuntu/server/24.04/stable/current/${architecture}/hvm/ebs-gp3/ami-id`,
};

/** The definition's AMI, or the newest one of its image for the architecture of the instance type. */
export function amiId(scope: Construct, { aws }: AwsCluster): string {
  if (aws.amiId !== undefined) return aws.amiId;
  const name = PARAMETERS[aws.image](aws.architecture);
  // `value` is marked sensitive by the provider and would hide the AMI in every plan.
  return new DataAwsSsmParameter(scope, "ami", { name }).insecureValue;
}
