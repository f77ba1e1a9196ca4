import { type RuleExamples } from "./example";

const LABEL = "d".repeat(60);

export const awsDnsRuleExamples: RuleExamples = {
  "member-names-are-dns-labels": [
    {
      target: "aws",
      text: `name: demo
members:
  - name: Etcd_A
  - name: etcd.b
  - name: etcd-c-
aws:
  region: eu-central-1
  dns: { domain: etcd.example.internal }`,
      says: `cluster.yaml:3:11 members[0].name: must be a DNS label with aws.dns (lower-case letters, digits and hyphens), got "Etcd_A"
    for example "etcd-a"; or remove aws.dns
cluster.yaml:4:11 members[1].name: must be a DNS label with aws.dns (lower-case letters, digits and hyphens), got "etcd.b"
    for example "etcd-b"; or remove aws.dns
cluster.yaml:5:11 members[2].name: must be a DNS label with aws.dns (lower-case letters, digits and hyphens), got "etcd-c-"
    for example "etcd-c"; or remove aws.dns`,
    },
  ],
  "dns-names-fit": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  dns: { domain: ${LABEL}.${LABEL}.${LABEL}.${LABEL} }`,
      says: `cluster.yaml:4:18 aws.dns.domain: makes _etcd-server-ssl._tcp.<domain> 265 characters long, and DNS takes 253
    take a domain of at most 231 characters`,
    },
    {
      target: "aws",
      text: `name: demo
members:
  - name: ${"m".repeat(63)}
aws:
  region: eu-central-1
  dns: { domain: ${LABEL}.${LABEL}.${LABEL}.internal }`,
      says: `cluster.yaml:6:18 aws.dns.domain: makes ${"m".repeat(63)}.<domain> 255 characters long, and DNS takes 253
    take a domain of at most 189 characters`,
    },
  ],
};
