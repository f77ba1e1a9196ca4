import { type RuleExamples } from "./example";

export const sizingRuleExamples: RuleExamples = {
  "instance-type-known": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  instanceType: z9.huge`,
      says: `cluster.yaml:4:17 aws.instanceType: is not a type whose memory and architecture are known here, got "z9.huge"
    add aws.memory and aws.architecture, or take a type like m7g.large`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  instanceType: t4g.4xlarge
  architecture: arm64`,
      says: `cluster.yaml:4:17 aws.instanceType: is not a type whose memory and architecture are known here, got "t4g.4xlarge"
    t4g comes as nano, micro, small, medium, large, xlarge, 2xlarge; for another one add aws.memory`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  memory: 16GiB`,
      says: `cluster.yaml:4:11 aws.memory: must be at most 8GiB for m7g.large, got 16GiB
    remove it`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  architecture: amd64`,
      says: `cluster.yaml:4:17 aws.architecture: must be arm64 for m7g.large, got "amd64"
    remove it`,
    },
  ],
  "quota-within-memory": [
    {
      target: "aws",
      text: `name: demo
etcd: { settings: { quotaBackendBytes: 10GiB } }
aws:
  region: eu-central-1`,
      says: `cluster.yaml:2:40 etcd.settings.quotaBackendBytes: must fit into memory (8GiB, m7g.large), got 10GiB
    lower it, or take a larger aws.instanceType`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  instanceType: t4g.micro`,
      says: `cluster.yaml:4:17 aws.instanceType: must have memory for the default quota of 2GiB, got 1GiB (t4g.micro)
    take a larger instance type, or set a lower etcd.settings.quotaBackendBytes`,
    },
  ],
  "quota-within-data-volume": [
    {
      target: "aws",
      text: `name: demo
etcd: { settings: { quotaBackendBytes: 6GiB } }
aws:
  region: eu-central-1
  dataVolume: { size: 5GiB }`,
      says: `cluster.yaml:2:40 etcd.settings.quotaBackendBytes: must fit onto the data volume (5GiB), got 6GiB
    lower it, or take a larger aws.dataVolume.size`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  dataVolume: { size: 1GiB }`,
      says: `cluster.yaml:4:23 aws.dataVolume.size: must hold the default quota of 2GiB, got 1GiB
    take a larger data volume, or set a lower etcd.settings.quotaBackendBytes`,
    },
  ],
  "data-volume-within-gp3": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  dataVolume: { size: 20.5GiB }`,
      says: `cluster.yaml:4:23 aws.dataVolume.size: must be whole GiB from 1GiB to 16TiB, got 20992MiB`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  dataVolume: { size: 20TiB }`,
      says: `cluster.yaml:4:23 aws.dataVolume.size: must be whole GiB from 1GiB to 16TiB, got 20TiB`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  dataVolume: { iops: 12000 }`,
      says: `cluster.yaml:4:23 aws.dataVolume.iops: must be at most 500 per GiB, got 12000 for 20GiB`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  dataVolume: { throughputMiBps: 1000 }`,
      says: `cluster.yaml:4:34 aws.dataVolume.throughputMiBps: must be at most 0.25 MiB/s per IOPS, got 1000 for 3000 IOPS`,
    },
  ],
};
