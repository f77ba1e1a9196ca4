import { S3Object } from "@cdktf/provider-aws/lib/s3-object";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { Storage } from "./storage";

/** Where an object comes from: a file, read when Terraform runs, or a text that is no secret. */
type Body =
  | {
      /** Relative to the stack's folder. */
      readonly source: string;
      /** Another value uploads the file again. */
      readonly sourceHash: string;
    }
  | { readonly content: string };

/** An object in the cluster's bucket. Of a file, Terraform's state holds its path and its hash. */
export function bucketObject(
  scope: Construct,
  id: string,
  storage: Storage,
  { key, dependsOn = [], ...body }: Body & { key: string; dependsOn?: readonly ITerraformDependable[] },
): S3Object {
  return new S3Object(scope, id, {
    bucket: storage.bucketName,
    key,
    ...body,
    serverSideEncryption: "aws:kms",
    kmsKeyId: storage.kmsKeyArn,
    // An object takes ten tags, everything else fifty: neither the definition's nor those of a provider may fail a deploy.
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
    overrideProvider: { defaultTags: { tags: {} } },
    dependsOn: [storage.isSafe, ...dependsOn],
  });
}
