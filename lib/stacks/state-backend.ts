import { LocalBackend, S3Backend, type TerraformStack } from "cdktf";
import type { Cluster } from "../cluster/cluster";
import { stateFileName } from "../cluster/stack-id";
import { projectFolder } from "../constructs/cli-command";

/** Where Terraform keeps the state of the stack: in S3 with a lock beside it, or in a file of the project. */
export function stateBackend(stack: TerraformStack, cluster: Cluster): void {
  const state = cluster.target === "aws" ? cluster.aws.state : undefined;
  if (state === undefined) {
    // CDKTF's default writes an absolute path, which differs by checkout.
    new LocalBackend(stack, { path: `${projectFolder(stack)}/${stateFileName(cluster)}` });
    return;
  }
  const { bucket, key, region, kmsKeyId } = state;
  const backend = new S3Backend(stack, {
    bucket,
    key,
    region,
    encrypt: true,
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
  });
  // CDKTF 0.21 is older than this argument. https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
  backend.addOverride("use_lockfile", true);
}
