import { type RuleExamples } from "./example";

const KEY = "111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

export const awsKmsRuleExamples: RuleExamples = {
  "kms-keys-in-their-region": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  dataVolume: { kmsKeyId: "arn:aws:kms:us-east-1:${KEY}" }
  bucket: { kmsKeyId: "arn:aws:kms:eu-west-1:${KEY}" }
  state: { bucket: acme-state, kmsKeyId: "arn:aws:kms:us-east-1:${KEY}" }`,
      says: `cluster.yaml:4:27 aws.dataVolume.kmsKeyId: must be a key in eu-central-1, got one in us-east-1
    a multi-Region key has an ARN of its own in each region
cluster.yaml:5:23 aws.bucket.kmsKeyId: must be a key in eu-central-1, got one in eu-west-1
    a multi-Region key has an ARN of its own in each region
cluster.yaml:6:42 aws.state.kmsKeyId: must be a key in eu-central-1, got one in us-east-1
    a multi-Region key has an ARN of its own in each region`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  state: { bucket: acme-state, region: us-east-1, kmsKeyId: "arn:aws:kms:eu-central-1:${KEY}" }`,
      says: `cluster.yaml:4:61 aws.state.kmsKeyId: must be a key in us-east-1, got one in eu-central-1
    a multi-Region key has an ARN of its own in each region`,
    },
  ],
};
