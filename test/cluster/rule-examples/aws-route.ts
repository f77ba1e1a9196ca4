import { type RuleExamples } from "./example";

export const awsRouteRuleExamples: RuleExamples = {
  "internet-is-of-a-new-vpc": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  clientAccess: { cidrs: [10.0.0.0/8] }
  network:
    vpcId: vpc-0123456789abcdef0
    subnets:
      - { id: subnet-0123456789abcdef0, cidr: 10.0.0.0/24, availabilityZone: eu-central-1a }
    internet: nat`,
      says: `cluster.yaml:9:15 aws.network.internet: is for a new VPC, and vpcId names an existing one, got "nat"
    remove it: the route tables of the existing subnets say where they lead`,
    },
  ],
  "route-tables-are-of-an-existing-vpc": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    routeTableIds: [rtb-0123456789abcdef0]`,
      says: `cluster.yaml:5:20 aws.network.routeTableIds: belongs to an existing VPC; a new one has route tables of its own
    remove it, or add network.vpcId`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  clientAccess: { cidrs: [10.0.0.0/8] }
  network:
    vpcId: vpc-0123456789abcdef0
    subnets:
      - { id: subnet-0123456789abcdef0, cidr: 10.0.0.0/24, availabilityZone: eu-central-1a }
    routeTableIds: [rtb-0123456789abcdef0, rtb-0123456789abcdef1, rtb-0123456789abcdef0]`,
      says: `cluster.yaml:9:67 aws.network.routeTableIds[2]: is the same as routeTableIds[0], got "rtb-0123456789abcdef0"
    list each route table once`,
    },
  ],
  "download-needs-a-way-out": [
    {
      target: "aws",
      text: `name: demo
etcd: { source: download }
aws:
  region: eu-central-1`,
      says: `cluster.yaml:2:17 etcd.source: must not be "download" here: members in a new VPC without a way out reach nothing but S3
    take source: bucket, or set aws.network.internet to nat or public; a mirror at a private IPv4 address in downloadBaseUrl would do too`,
    },
    {
      target: "aws",
      text: `name: demo
etcd: { source: download, downloadBaseUrl: "https://mirror.internal/etcd" }
aws:
  region: eu-central-1
  network: { internet: none }`,
      says: `cluster.yaml:2:17 etcd.source: must not be "download" here: members in a new VPC without a way out reach nothing but S3
    take source: bucket, or set aws.network.internet to nat or public; a mirror at a private IPv4 address in downloadBaseUrl would do too`,
    },
    {
      target: "aws",
      text: `name: demo
etcd: { source: download, downloadBaseUrl: "http://172.32.0.1/etcd" }
aws:
  region: eu-central-1`,
      says: `cluster.yaml:2:17 etcd.source: must not be "download" here: members in a new VPC without a way out reach nothing but S3
    take source: bucket, or set aws.network.internet to nat or public; a mirror at a private IPv4 address in downloadBaseUrl would do too`,
    },
  ],
};
