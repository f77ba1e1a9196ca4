import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import type { Construct } from "constructs";
import type { AwsCluster } from "../../cluster/cluster";
import type { Account } from "./account";
import type { Storage } from "./storage";
import { tagsFor } from "./tags";

export interface S3EndpointProps {
  readonly cluster: AwsCluster;
  readonly vpcId: string;
  readonly routeTableIds: string[];
  /** Limits what may be asked through it; see {@link onlyClusterBucket}. */
  readonly policy?: DataAwsIamPolicyDocument | undefined;
}

/** The members' way to S3, which costs nothing and leads nowhere else. */
export function s3Endpoint(
  scope: Construct,
  id: string,
  { cluster, vpcId, routeTableIds, policy }: S3EndpointProps,
): VpcEndpoint {
  return new VpcEndpoint(scope, id, {
    vpcId,
    vpcEndpointType: "Gateway",
    serviceName: s3ServiceName(cluster),
    routeTableIds,
    ...(policy === undefined ? {} : { policy: policy.json }),
    tags: tagsFor(cluster, `${cluster.name}-s3`),
  });
}

/** Also the name of the prefix list of S3's addresses. */
export function s3ServiceName({ aws }: AwsCluster): string {
  return `com.amazonaws.${aws.region}.s3`;
}

/** So that whoever is on a member cannot carry anything to a bucket of their own. */
export function onlyClusterBucket(
  scope: Construct,
  id: string,
  { bucketArn }: Storage,
  account: Account,
): DataAwsIamPolicyDocument {
  return new DataAwsIamPolicyDocument(scope, id, {
    statement: [
      {
        sid: "OnlyTheBucketOfTheCluster",
        principals: [{ type: "*", identifiers: ["*"] }],
        actions: ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        resources: [bucketArn, `${bucketArn}/*`],
        condition: [{ test: "StringEquals", variable: "aws:PrincipalAccount", values: [account.id] }],
      },
    ],
  });
}
