import { type RuleExamples } from "./example";

export const awsBucketRuleExamples: RuleExamples = {
  "bucket-name-fits": [
    {
      target: "aws",
      text: `name: payments-production-locks-green
aws:
  region: ap-southeast-1`,
      says: `cluster.yaml:1:7 name: makes the bucket's name etcd-payments-production-locks-green-<account>-ap-southeast-1 64 characters long, and S3 takes 63, got "payments-production-locks-green"
    take a name of at most 30 characters, or name the bucket in aws.bucket.name`,
    },
  ],
  "bucket-is-not-the-states": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  bucket: { name: acme-etcd }
  state: { bucket: acme-etcd }`,
      says: `cluster.yaml:4:19 aws.bucket.name: is the bucket of Terraform's state, got "acme-etcd"
    take another bucket: this one is made and destroyed with the cluster, and the state has to outlive both`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  state: { bucket: etcd-demo-111122223333-eu-central-1 }`,
      says: `cluster.yaml:4:20 aws.state.bucket: is the name of the cluster's own bucket, got "etcd-demo-111122223333-eu-central-1"
    take another bucket: this one is made and destroyed with the cluster, and the state has to outlive both`,
    },
  ],
};
