import { type RuleExamples } from "./example";

export const awsNetworkRuleExamples: RuleExamples = {
  "aws-needed-for-target-aws": [
    {
      target: "aws",
      text: `name: demo`,
      says: `cluster.yaml:1:1 aws: is missing; the target aws needs it
    at least: aws: { region: eu-central-1 } – or take the target local`,
    },
  ],
  "vpc-size": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    cidr: 10.0.0.0/8`,
      says: `cluster.yaml:5:11 aws.network.cidr: must be between /16 and /24, got "10.0.0.0/8"`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    cidr: 10.0.0.0/25`,
      says: `cluster.yaml:5:11 aws.network.cidr: must be between /16 and /24, got "10.0.0.0/25"`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    cidr: 127.40.0.0/16`,
      says: `cluster.yaml:5:11 aws.network.cidr: is of 127.0.0.0/8, which no VPC can have, got "127.40.0.0/16"
    take a private range, for example 10.40.0.0/16`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  clientAccess: { cidrs: [10.0.0.0/8] }
  network:
    vpcId: vpc-0123456789abcdef0
    cidr: 10.0.0.0/16
    subnets: [{ id: subnet-0123456789abcdef0, cidr: 10.0.0.0/24, availabilityZone: eu-central-1a }]`,
      says: `cluster.yaml:7:11 aws.network.cidr: is for a new VPC, and vpcId names an existing one, got "10.0.0.0/16"
    remove one of the two`,
    },
  ],
  "subnets-fit": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    subnets:
      - { cidr: 10.40.0.0/29, availabilityZone: eu-central-1a }`,
      says: `cluster.yaml:6:17 aws.network.subnets[0].cidr: must be between /16 and /28, got "10.40.0.0/29"`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    subnets:
      - { cidr: 10.41.0.0/24, availabilityZone: eu-central-1a }`,
      says: `cluster.yaml:6:17 aws.network.subnets[0].cidr: must lie inside the VPC 10.40.0.0/16, got "10.41.0.0/24"
    change it or aws.network.cidr`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    subnets:
      - { cidr: 10.40.0.0/24, availabilityZone: eu-central-1a }
      - { cidr: 10.40.1.0/24, availabilityZone: eu-central-1b }
      - { cidr: 10.40.0.128/25, availabilityZone: eu-central-1c }`,
      says: `cluster.yaml:8:17 aws.network.subnets[2].cidr: overlaps subnets[0] (10.40.0.0/24), got "10.40.0.128/25"`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    internet: nat
    subnets:
      - { cidr: 10.40.255.0/24, availabilityZone: eu-central-1a }`,
      says: `cluster.yaml:7:17 aws.network.subnets[0].cidr: overlaps the NAT gateway's subnet 10.40.255.240/28, got "10.40.255.0/24"
    leave the last /28 of the VPC free`,
    },
  ],
  "subnet-ids-follow-the-vpc": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    vpcId: vpc-0123456789abcdef0
  clientAccess: { cidrs: [10.0.0.0/8] }`,
      says: `cluster.yaml:4:3 aws.network.subnets: is missing; an existing VPC needs its subnets
    list each with id, cidr and availabilityZone`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    vpcId: vpc-0123456789abcdef0
    subnets:
      - { cidr: 10.0.0.0/24, availabilityZone: eu-central-1a }
  clientAccess: { cidrs: [10.0.0.0/8] }`,
      says: `cluster.yaml:7:9 aws.network.subnets[0].id: is missing; the subnets of an existing VPC exist too
    add the subnet's id`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    subnets:
      - { id: subnet-0123456789abcdef0, cidr: 10.40.0.0/24, availabilityZone: eu-central-1a }`,
      says: `cluster.yaml:6:15 aws.network.subnets[0].id: belongs to an existing VPC, got "subnet-0123456789abcdef0"
    add network.vpcId, or remove the id to create the subnet`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    vpcId: vpc-0123456789abcdef0
    subnets:
      - { id: subnet-0123456789abcdef0, cidr: 10.0.0.0/24, availabilityZone: eu-central-1a }
      - { id: subnet-0123456789abcdef0, cidr: 10.0.1.0/24, availabilityZone: eu-central-1b }
  clientAccess: { cidrs: [10.0.0.0/8] }`,
      says: `cluster.yaml:8:15 aws.network.subnets[1].id: is the id of subnets[0] already, got "subnet-0123456789abcdef0"
    list each subnet once`,
    },
  ],
  "zones-in-region": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  clientAccess: { cidrs: [10.0.0.0/8] }
  network:
    vpcId: vpc-0123456789abcdef0
    subnets:
      - { id: subnet-0123456789abcdef0, cidr: 10.0.0.0/24, availabilityZone: eu-west-1a }`,
      says: `cluster.yaml:8:78 aws.network.subnets[0].availabilityZone: must be a zone of eu-central-1, got "eu-west-1a"
    for example eu-central-1a`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    subnets:
      - { cidr: 10.40.0.0/24, availabilityZone: us-east-1a }`,
      says: `cluster.yaml:6:49 aws.network.subnets[0].availabilityZone: must be a zone of eu-central-1, got "us-east-1a"
    for example eu-central-1a`,
    },
  ],
};
