import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { Construct } from "constructs";

/** The AWS account of whoever deploys. */
export class Account extends Construct {
  readonly id: string;
  /** The principal that stands for the account, and so for whatever its IAM policies allow. */
  readonly rootArn: string;
  /** What the names of AWS's services end with: `amazonaws.com` nearly everywhere. */
  readonly dnsSuffix: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.id = new DataAwsCallerIdentity(this, "caller").accountId;
    const { partition, dnsSuffix } = new DataAwsPartition(this, "partition");
    this.dnsSuffix = dnsSuffix;
    this.rootArn = `arn:${partition}:iam::${this.id}:root`;
  }
}
