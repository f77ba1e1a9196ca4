import { type RuleExamples } from "./example";

export const awsClientAccessRuleExamples: RuleExamples = {
  "client-access-said": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  network:
    vpcId: vpc-0123456789abcdef0
    subnets:
      - { id: subnet-0123456789abcdef0, cidr: 10.0.0.0/24, availabilityZone: eu-central-1a }`,
      says: `cluster.yaml:2:1 aws.clientAccess: is missing; with an existing VPC it has to say who may connect
    list cidrs, securityGroupIds or both`,
    },
  ],
  "client-access-listed-once": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  clientAccess:
    cidrs: [10.0.0.0/8, 11.0.0.0/8, 10.0.0.0/8]
    securityGroupIds: [sg-12345678, sg-12345678]`,
      says: `cluster.yaml:5:37 aws.clientAccess.cidrs[2]: is the same as cidrs[0], got "10.0.0.0/8"
    remove one of the two
cluster.yaml:6:37 aws.clientAccess.securityGroupIds[1]: is the same as securityGroupIds[0], got "sg-12345678"
    remove one of the two`,
    },
  ],
  "open-to-everyone-said": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  clientAccess: { cidrs: [10.0.0.0/8, 0.0.0.0/0] }`,
      says: `cluster.yaml:4:39 aws.clientAccess.cidrs[1]: opens the client port to every address there is, got "0.0.0.0/0"
    name the ranges that clients come from; if everybody is meant, say openToEveryone: true beside it`,
    },
    {
      target: "aws",
      text: `name: demo
tls: false
aws:
  region: eu-central-1
  clientAccess: { cidrs: [0.0.0.0/0], openToEveryone: false }`,
      says: `cluster.yaml:5:27 aws.clientAccess.cidrs[0]: opens the client port to every address there is, got "0.0.0.0/0"
    name the ranges that clients come from; if everybody is meant, say openToEveryone: true beside it`,
    },
  ],
  "open-to-everyone-has-effect": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  clientAccess: { cidrs: [0.0.0.0/1], openToEveryone: true }`,
      says: `cluster.yaml:4:55 aws.clientAccess.openToEveryone: has no effect: none of the cidrs is 0.0.0.0/0
    remove it; the cidrs alone say who may connect`,
    },
    {
      target: "aws",
      text: `name: demo
tls: false
aws:
  region: eu-central-1
  clientAccess: { openToEveryone: true }`,
      says: `cluster.yaml:5:35 aws.clientAccess.openToEveryone: has no effect: none of the cidrs is 0.0.0.0/0
    remove it; the cidrs alone say who may connect`,
    },
  ],
  "open-to-everyone-needs-tls": [
    {
      target: "aws",
      text: `name: demo
tls: false
aws:
  region: eu-central-1
  clientAccess: { cidrs: [0.0.0.0/0], openToEveryone: true }`,
      says: `cluster.yaml:5:55 aws.clientAccess.openToEveryone: must not be true with tls: false: everybody could read and write every key
    remove tls: false, or name the ranges that clients come from`,
    },
  ],
};
