import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import type { Construct } from "constructs";
import type { AwsCluster } from "../../cluster/cluster";
import type { Account } from "./account";
import { tagsFor } from "./tags";

/** The longest that AWS offers: until then a key that was deleted by mistake can be had back. */
const DELETION_WINDOW_DAYS = 30;

/** ARN of the definition's key, or of one that encrypts this cluster's bucket and nothing else. */
export function bucketKeyArn(scope: Construct, cluster: AwsCluster, account: Account): string {
  const { kmsKeyId } = cluster.aws.bucket;
  if (kmsKeyId !== undefined) return kmsKeyId;
  const name = `etcd-${cluster.name}`;
  const policy = new DataAwsIamPolicyDocument(scope, "key_policy", {
    statement: [
      {
        // What AWS gives a key by default. In a key's policy `*` is that key alone, and whoever is not allowed kms:* on it here can
        // never be again: without this statement a key can end up with nobody who can manage it. Who may use it is said in IAM.
        // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
        sid: "IamPoliciesOfThisAccountDecide",
        principals: [{ type: "AWS", identifiers: [account.rootArn] }],
        actions: ["kms:*"],
        resources: ["*"],
      },
    ],
  });
  const key = new KmsKey(scope, "key", {
    description: `bucket of the etcd cluster ${cluster.name}`,
    enableKeyRotation: true,
    deletionWindowInDays: DELETION_WINDOW_DAYS,
    policy: policy.json,
    tags: tagsFor(cluster, `${cluster.name}-bucket`),
    // Backups are lost with their key, also where the definition names another one for what comes next.
    lifecycle: { preventDestroy: cluster.aws.preventDestroy },
  });
  new KmsAlias(scope, "key_alias", { name: `alias/${name}`, targetKeyId: key.keyId });
  return key.arn;
}
