import { type RuleExamples } from "./example";

export const awsAddressRuleExamples: RuleExamples = {
  "address-in-subnet": [
    {
      target: "aws",
      text: `name: demo
members:
  - { name: a, address: 10.10.1.21 }
  - { name: b, address: 10.10.1.22 }
  - { name: c }
aws:
  region: eu-central-1
  clientAccess: { cidrs: [10.10.0.0/16] }
  network:
    vpcId: vpc-0123456789abcdef0
    subnets:
      - { id: subnet-0123456789abcdef0, cidr: 10.10.1.0/24, availabilityZone: eu-central-1a }
      - { id: subnet-0123456789abcdef1, cidr: 10.10.2.0/24, availabilityZone: eu-central-1b }`,
      says: `cluster.yaml:4:25 members[1].address: must lie inside its subnet 10.10.2.0/24, got "10.10.1.22"
    members take the subnets in turn, the first member the first subnet`,
    },
    {
      target: "aws",
      text: `name: demo
members:
  - { name: a }
  - { name: b, address: 10.40.0.20 }
  - { name: c }
aws:
  region: eu-central-1`,
      says: `cluster.yaml:4:25 members[1].address: must lie inside its subnet 10.40.1.0/24, got "10.40.0.20"
    members take the subnets in turn, the first member the first subnet`,
    },
  ],
  "address-not-reserved": [
    {
      target: "aws",
      text: `name: demo
members:
  - { name: a, address: 10.10.1.4 }
  - { name: b, address: 10.10.1.15 }
  - { name: c }
aws:
  region: eu-central-1
  clientAccess: { cidrs: [10.10.0.0/16] }
  network:
    vpcId: vpc-0123456789abcdef0
    subnets:
      - { id: subnet-0123456789abcdef0, cidr: 10.10.1.0/28, availabilityZone: eu-central-1a }`,
      says: `cluster.yaml:4:25 members[1].address: is one of the five addresses that AWS keeps in 10.10.1.0/28, got "10.10.1.15"
    take one from 10.10.1.4 to 10.10.1.14`,
    },
    {
      target: "aws",
      text: `name: demo
members:
  - { name: a, address: 10.40.0.3 }
  - { name: b, address: 10.40.1.255 }
  - { name: c, address: 10.40.2.0 }
aws:
  region: eu-central-1`,
      says: `cluster.yaml:3:25 members[0].address: is one of the five addresses that AWS keeps in 10.40.0.0/24, got "10.40.0.3"
    take one from 10.40.0.4 to 10.40.0.254
cluster.yaml:4:25 members[1].address: is one of the five addresses that AWS keeps in 10.40.1.0/24, got "10.40.1.255"
    take one from 10.40.1.4 to 10.40.1.254
cluster.yaml:5:25 members[2].address: is one of the five addresses that AWS keeps in 10.40.2.0/24, got "10.40.2.0"
    take one from 10.40.2.4 to 10.40.2.254`,
    },
  ],
  "unique-addresses": [
    {
      target: "aws",
      text: `name: demo
members:
  - { name: a, address: 10.10.1.21 }
  - { name: b, address: 10.10.1.21 }
  - { name: c }
aws:
  region: eu-central-1
  clientAccess: { cidrs: [10.10.0.0/16] }
  network:
    vpcId: vpc-0123456789abcdef0
    subnets:
      - { id: subnet-0123456789abcdef0, cidr: 10.10.1.0/24, availabilityZone: eu-central-1a }`,
      says: `cluster.yaml:4:25 members[1].address: is the address of members[0] already, got "10.10.1.21"
    give each member its own address, or none at all`,
    },
    {
      target: "aws",
      text: `name: demo
members:
  - { name: a, address: 10.40.0.20 }
  - { name: b, address: 10.40.0.20 }
  - { name: c }
aws:
  region: eu-central-1
  network:
    subnets: [{ cidr: 10.40.0.0/24, availabilityZone: eu-central-1a }]`,
      says: `cluster.yaml:4:25 members[1].address: is the address of members[0] already, got "10.40.0.20"
    give each member its own address, or none at all`,
    },
    {
      target: "aws",
      text: `name: demo
members:
  - { name: a, address: 10.40.0.11 }
  - { name: b }
  - { name: c }
aws:
  region: eu-central-1
  network:
    subnets: [{ cidr: 10.40.0.0/24, availabilityZone: eu-central-1a }]`,
      says: `cluster.yaml:3:25 members[0].address: is the address of members[1] already, got "10.40.0.11"
    give each member its own address, or none at all`,
    },
    {
      target: "local",
      text: `name: demo
members:
  - { name: a, address: 10.40.0.20 }
  - { name: b, address: 10.40.0.20 }
  - { name: c }`,
      says: `cluster.yaml:4:25 members[1].address: is the address of members[0] already, got "10.40.0.20"
    give each member its own address, or none at all`,
    },
  ],
};
