import { ACCOUNT_ID_LENGTH, MAX_BUCKET_NAME_LENGTH, ownBucketName } from "../bucket";
import type { ParsedDefinition } from "../schema";
import { mistakeAt, type Rule } from "./rule";

const bucketNameFits: Rule = {
  id: "bucket-name-fits",
  needs: ["name", "aws.region", "aws.bucket.name"],
  check(definition) {
    const { name } = definition;
    const bucket = defaultBucketName(definition, "0".repeat(ACCOUNT_ID_LENGTH));
    const tooLong = (bucket?.length ?? 0) - MAX_BUCKET_NAME_LENGTH;
    if (bucket === undefined || tooLong <= 0) return [];
    const longest = name.length - tooLong;
    return [
      mistakeAt(
        ["name"],
        `makes the bucket's name ${defaultBucketName(definition, "<account>")} ${bucket.length} characters long, and S3 takes ${MAX_BUCKET_NAME_LENGTH}, got "${name}"`,
        `take a name of at most ${longest} characters, or name the bucket in aws.bucket.name`,
      ),
    ];
  },
};

const bucketIsNotTheStates: Rule = {
  id: "bucket-is-not-the-states",
  needs: ["name", "aws.region", "aws.bucket.name"],
  check(definition) {
    const { aws } = definition;
    if (aws?.state === undefined) return [];
    const remedy =
      "take another bucket: this one is made and destroyed with the cluster, and the state has to outlive both";
    if (aws.bucket?.name === aws.state.bucket)
      return [
        mistakeAt(
          ["aws", "bucket", "name"],
          `is the bucket of Terraform's state, got "${aws.state.bucket}"`,
          remedy,
        ),
      ];
    const ours = defaultBucketName(definition, `\\d{${ACCOUNT_ID_LENGTH}}`);
    return ours !== undefined && new RegExp(`^${ours}$`).test(aws.state.bucket)
      ? [
          mistakeAt(
            ["aws", "state", "bucket"],
            `is the name of the cluster's own bucket, got "${aws.state.bucket}"`,
            remedy,
          ),
        ]
      : [];
  },
};

/** Undefined where the definition names the bucket. */
function defaultBucketName({ name, aws }: ParsedDefinition, account: string): string | undefined {
  return aws === undefined || aws.bucket?.name !== undefined
    ? undefined
    : ownBucketName(name, account, aws.region);
}

export const awsBucketRules: readonly Rule[] = [bucketNameFits, bucketIsNotTheStates];
