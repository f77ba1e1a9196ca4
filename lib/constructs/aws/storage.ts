import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { TerraformLocal, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { bucketName } from "../../cluster/bucket";
import type { AwsCluster } from "../../cluster/cluster";
import type { Account } from "./account";
import { bucketKeyArn } from "./bucket-key";
import { tagsFor } from "./tags";

/** The cluster's bucket: private, versioned, encrypted with a KMS key. */
export class Storage extends Construct {
  readonly bucketName: string;
  readonly bucketArn: string;
  readonly kmsKeyArn: string;
  /** As KMS knows S3 in the cluster's region. */
  readonly serviceName: string;
  /** The last thing to be in place before anything is put into the bucket. */
  readonly isSafe: ITerraformDependable;

  constructor(scope: Construct, id: string, cluster: AwsCluster, account: Account) {
    super(scope, id);
    const { preventDestroy, region } = cluster.aws;
    this.serviceName = `s3.${region}.${account.dnsSuffix}`;
    const bucket = new S3Bucket(this, "bucket", {
      bucket: bucketName(cluster, account.id),
      forceDestroy: !preventDestroy,
      tags: tagsFor(cluster, `${cluster.name}-bucket`),
      // A bucket with another name would first lose its certificates, and only then would AWS refuse because of the backups.
      lifecycle: { preventDestroy },
    });
    this.bucketName = bucket.bucket;
    // A policy document that names a resource itself is read again, and shown as unknown, whenever that resource changes: for a new
    // tag, a plan would show every policy. Through a local value it is not.
    // https://developer.hashicorp.com/terraform/language/data-sources#dependencies
    this.bucketArn = new TerraformLocal(this, "bucket_arn", bucket.arn).asString;
    this.kmsKeyArn = new TerraformLocal(this, "key_arn", bucketKeyArn(this, cluster, account)).asString;

    const of = { bucket: this.bucketName };
    const versioning = new S3BucketVersioningA(this, "versioning", {
      ...of,
      versioningConfiguration: { status: "Enabled" },
    });
    const encryption = new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
      ...of,
      rule: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: "aws:kms",
            kmsMasterKeyId: this.kmsKeyArn,
          },
          // A bucket key would serve all objects alike; without it KMS too tells a member's objects from another's.
          // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html#bucket-key-changes
          bucketKeyEnabled: false,
        },
      ],
    });
    const ownership = new S3BucketOwnershipControls(this, "ownership", {
      ...of,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
    const publicAccess = new S3BucketPublicAccessBlock(this, "public_access", {
      ...of,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    this.isSafe = new S3BucketPolicy(this, "policy", {
      ...of,
      policy: this.tlsOnly().json,
      dependsOn: [versioning, encryption, ownership, publicAccess],
    });
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html (encryption in transit) */
  private tlsOnly(): DataAwsIamPolicyDocument {
    return new DataAwsIamPolicyDocument(this, "tls_only", {
      statement: [
        {
          sid: "NothingWithoutTls",
          effect: "Deny",
          principals: [{ type: "*", identifiers: ["*"] }],
          actions: ["s3:*"],
          resources: [this.bucketArn, `${this.bucketArn}/*`],
          condition: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
        },
      ],
    });
  }
}
