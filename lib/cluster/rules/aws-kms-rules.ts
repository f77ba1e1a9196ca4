import { mistakeAt, type Rule } from "./rule";

/** The region in a key's ARN; a reference to a key has none yet. */
const KEY_REGION = /^arn:[^:]+:kms:([^:]+):/;

const keysInRegion: Rule = {
  id: "kms-keys-in-their-region",
  needs: ["aws.region", "aws.state.region"],
  check({ aws }) {
    if (aws === undefined) return [];
    const keys = [
      { at: "dataVolume", arn: aws.dataVolume?.kmsKeyId, region: aws.region },
      { at: "bucket", arn: aws.bucket?.kmsKeyId, region: aws.region },
      { at: "state", arn: aws.state?.kmsKeyId, region: aws.state?.region ?? aws.region },
    ];
    return keys.flatMap(({ at, arn, region }) => {
      const keyRegion = arn === undefined ? undefined : KEY_REGION.exec(arn)?.[1];
      return keyRegion === undefined || keyRegion === region
        ? []
        : [
            mistakeAt(
              ["aws", at, "kmsKeyId"],
              `must be a key in ${region}, got one in ${keyRegion}`,
              "a multi-Region key has an ARN of its own in each region",
            ),
          ];
    });
  },
};

export const awsKmsRules: readonly Rule[] = [keysInRegion];
