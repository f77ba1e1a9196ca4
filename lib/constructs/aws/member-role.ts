import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { backupPrefix, memberPrefix, PROGRAM_PREFIX, statusPrefix, tarballKey } from "../../cluster/bucket";
import type { AwsCluster, AwsMember } from "../../cluster/cluster";
import type { Account } from "./account";
import { iamName } from "./iam-name";
import { SESSION_MANAGER_STATEMENT } from "./session-manager";
import type { Storage } from "./storage";
import { memberTags } from "./tags";

export interface MemberRole {
  readonly role: IamRole;
  readonly instanceProfile: string;
  /** What the machine needs before its first request. */
  readonly policy: ITerraformDependable;
}

/** Only instances have these roles. */
export function instancesOnly(scope: Construct, id: string, account: Account): DataAwsIamPolicyDocument {
  return new DataAwsIamPolicyDocument(scope, id, {
    statement: [
      {
        principals: [{ type: "Service", identifiers: [`ec2.${account.dnsSuffix}`] }],
        actions: ["sts:AssumeRole"],
      },
    ],
  });
}

/** The role of one member: its own part of the bucket, the programs, the tarball, and nothing else. */
export function memberRole(
  scope: Construct,
  cluster: AwsCluster,
  member: AwsMember,
  { storage, trust }: { storage: Storage; trust: DataAwsIamPolicyDocument },
): MemberRole {
  const tags = memberTags(cluster, member, `${cluster.name}-${member.name}`);
  // Roles belong to the account, not to a region: without it, a cluster of the same name elsewhere would be in the way.
  const name = iamName("etcd", cluster.name, member.name, cluster.aws.region);
  const role = new IamRole(scope, "role", {
    name,
    description: `etcd member ${member.name} of ${cluster.name}`,
    assumeRolePolicy: trust.json,
    tags,
  });
  const policy = new IamRolePolicy(scope, "role_policy", {
    name: "etcd-member",
    role: role.name,
    policy: new DataAwsIamPolicyDocument(scope, "access", {
      statement: [
        ...bucketStatements(cluster, member, storage),
        ...(cluster.aws.sessionManager ? [SESSION_MANAGER_STATEMENT] : []),
      ],
    }).json,
  });
  const profile = new IamInstanceProfile(scope, "profile", { name, role: role.name, tags });
  return { role, instanceProfile: profile.name, policy };
}

function bucketStatements(
  cluster: AwsCluster,
  member: AwsMember,
  { bucketArn, kmsKeyArn, serviceName }: Storage,
): DataAwsIamPolicyDocumentStatement[] {
  const object = (key: string) => `${bucketArn}/${key}`;
  const own = object(`${memberPrefix(member)}*`);
  const status = object(`${statusPrefix(member)}*`);
  const backups = object(`${backupPrefix(member)}*`);
  const shared = [
    object(`${PROGRAM_PREFIX}*`),
    ...(cluster.etcd.source === "bucket" ? [object(tarballKey(cluster))] : []),
  ];
  /** S3 names the object to KMS, so that the key too opens no object of another member, and nothing outside S3. */
  const onlyFor = (objects: readonly string[]) => [
    { test: "StringEquals", variable: "kms:ViaService", values: [serviceName] },
    { test: "StringLike", variable: "kms:EncryptionContext:aws:s3:arn", values: [...objects] },
  ];
  return [
    { sid: "ReadOwnFiles", actions: ["s3:GetObject"], resources: [own, ...shared, status] },
    { sid: "WriteOwnStatusAndBackups", actions: ["s3:PutObject"], resources: [status, backups] },
    {
      // To tell "not written yet" from "not to be read": without it S3 answers 403 to both.
      sid: "ListOwnStatus",
      actions: ["s3:ListBucket"],
      resources: [bucketArn],
      condition: [{ test: "StringLike", variable: "s3:prefix", values: [`${statusPrefix(member)}*`] }],
    },
    {
      // Of a backup too: S3 puts the parts of a large one together itself.
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
      sid: "Decrypt",
      actions: ["kms:Decrypt"],
      resources: [kmsKeyArn],
      condition: onlyFor([own, ...shared, status, backups]),
    },
    {
      sid: "Encrypt",
      actions: ["kms:GenerateDataKey"],
      resources: [kmsKeyArn],
      condition: onlyFor([status, backups]),
    },
  ];
}
