import type { AwsCluster, EtcdRequest, Member } from "./cluster";
import { tarballName } from "./etcd-release";

/** What is where in a cluster's bucket. The machines and Terraform both go by it. */

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const MAX_BUCKET_NAME_LENGTH = 63;

/** An AWS account's id has this many digits. https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html */
export const ACCOUNT_ID_LENGTH = 12;

/**
 * The definition's name, or one that is the cluster's alone: bucket names are shared by all accounts and regions. The account is not
 * in the definition, so each machine asks for it, and what is rendered for it stays literal.
 */
export function bucketName({ name, aws }: Pick<AwsCluster, "name" | "aws">, accountId: string): string {
  return aws.bucket.name ?? ownBucketName(name, accountId, aws.region);
}

/** The name of a bucket that the definition does not name. */
export function ownBucketName(clusterName: string, accountId: string, region: string): string {
  return `etcd-${clusterName}-${accountId}-${region}`;
}

/** Where the release tarball is, as etcd's own downloads name it. */
export function tarballKey({ etcd, aws }: Pick<AwsCluster, "etcd" | "aws">): string {
  return `etcd/v${etcd.release}/${tarballName(etcd.release, aws.architecture)}`;
}

/** Programs that each machine fetches; all members may read them. */
export const PROGRAM_PREFIX = "programs/";

/** Everything below it is for this member's eyes only. */
export function memberPrefix({ name }: Pick<Member, "name">): string {
  return `members/${name}/`;
}

/** Names of a member's certificates and keys, in the bucket and on the machine. */
export const MEMBER_TLS_FILES = [
  "client-ca.crt",
  "server.crt",
  "server.key",
  "peer-ca.crt",
  "peer.crt",
  "peer.key",
] as const;

/** Holds the id of the member's data volume. */
export function dataVolumeKey(member: Pick<Member, "name">): string {
  return `${memberPrefix(member)}data-volume`;
}

/** What the member itself writes about its life. */
export function statusPrefix({ name }: Pick<Member, "name">): string {
  return `status/${name}/`;
}

/** Written once the member was part of a quorum of the cluster with this token. */
export function joinedKey(
  { etcd }: { readonly etcd: Pick<EtcdRequest, "initialClusterToken"> },
  member: Pick<Member, "name">,
): string {
  return `${statusPrefix(member)}joined-${etcd.initialClusterToken}`;
}

/** Where the member's snapshots go. */
export function backupPrefix({ name }: Pick<Member, "name">): string {
  return `backups/${name}/`;
}
