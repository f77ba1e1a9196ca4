import { describe, expect, it } from "vitest";
import { defineCluster } from "../../lib/cluster/define";
import type { AwsDefinition, ClusterDefinition } from "../../lib/cluster/definition";

/** How CDKTF writes the id of a resource that is not there yet. */
const TOKEN = "${TfToken[TOKEN.7]}";

const EXISTING: Partial<AwsDefinition> = {
  network: {
    vpcId: "vpc-0123456789abcdef0",
    subnets: [
      { id: "subnet-0123456789abcdef0", cidr: "10.0.0.0/24", availabilityZone: "eu-central-1a" },
      { id: "subnet-0123456789abcdef1", cidr: "10.0.1.0/24", availabilityZone: "eu-central-1b" },
    ],
  },
  clientAccess: { cidrs: ["10.0.0.0/8"] },
};

/** What stands near what the rules refuse, and is somebody's good right. */
const ACCEPTED: Readonly<
  Record<string, Partial<Omit<ClusterDefinition, "aws">> & { aws?: Partial<AwsDefinition> }>
> = {
  "a download through a NAT gateway": { etcd: { source: "download" }, aws: { network: { internet: "nat" } } },
  "a download by public addresses": {
    etcd: { source: "download" },
    aws: { network: { internet: "public" } },
  },
  "a download in an existing VPC": { etcd: { source: "download" }, aws: EXISTING },
  "a download from a private address": {
    etcd: { source: "download", downloadBaseUrl: "http://172.31.0.5:8080/etcd" },
  },
  "a download from an address of the carrier-grade range": {
    etcd: { source: "download", downloadBaseUrl: "https://100.64.0.5/etcd" },
  },
  "the last addresses of a VPC without a NAT gateway": {
    aws: { network: { subnets: [{ cidr: "10.40.255.0/24", availabilityZone: "eu-central-1a" }] } },
  },
  "a NAT gateway in the smallest VPC": {
    members: 7,
    aws: { network: { cidr: "10.0.0.0/24", internet: "nat" } },
  },
  "a VPC with addresses that are public elsewhere": { aws: { network: { cidr: "11.0.0.0/16" } } },
  "route tables of an existing VPC, one of which is not there yet": {
    aws: { ...EXISTING, network: { ...EXISTING.network, routeTableIds: ["rtb-0123456789abcdef0", TOKEN] } },
  },
  "a build of a pinned release from a mirror of one's own": {
    etcd: {
      release: "3.5.16",
      sha256: { arm64: "a".repeat(64) },
      downloadBaseUrl: "https://etcd.example.com/builds",
    },
  },
  "everybody, on purpose and with TLS": {
    aws: { clientAccess: { cidrs: ["0.0.0.0/0"], openToEveryone: true } },
  },
  "half of everybody": { aws: { clientAccess: { cidrs: ["0.0.0.0/1"] } } },
  "plain HTTP for a range": { tls: false, aws: { clientAccess: { cidrs: ["10.0.0.0/8"] } } },
  "a long name with a bucket of its own name": {
    name: "payments-production-locks-green",
    aws: { region: "ap-southeast-1", bucket: { name: "acme-locks-green" } },
  },
  "a name that just fits the bucket's": {
    name: "payments-production-locks-blue",
    aws: { region: "ap-southeast-1" },
  },
  "the state of another region in a bucket with dots": {
    aws: { state: { bucket: "acme.terraform-an", region: "us-east-1" } },
  },
  "the bucket of a cluster of another name as the state's": {
    aws: { state: { bucket: "etcd-demo-2-111122223333-eu-central-1" } },
  },
  "keys of another account, and one that is not there yet": {
    aws: {
      dataVolume: {
        kmsKeyId: "arn:aws:kms:eu-central-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      },
      bucket: { kmsKeyId: TOKEN },
    },
  },
  "a small root volume for an AMI that may be small": {
    aws: { amiId: "ami-0123456789abcdef0", rootVolume: { size: "4GiB" } },
  },
  "a large root volume": { aws: { image: "ubuntu-24.04", rootVolume: { size: "100GiB" } } },
  "bare metal of a family that is on Xen otherwise": {
    aws: { instanceType: "i3.metal", memory: "512GiB", architecture: "amd64" },
  },
  "a type that is newer than this package": {
    aws: { instanceType: "m12g.large", memory: "8GiB", architecture: "arm64" },
  },
  "less memory than the type has": { aws: { memory: "6GiB" } },
  "names in a domain": { aws: { dns: { domain: "etcd.example.internal" } } },
  "names in a zone that is not there yet": {
    aws: { dns: { domain: "etcd.example.internal", zoneId: TOKEN } },
  },
  "member names with dots and capitals without dns": {
    members: [{ name: "Etcd.A" }, { name: "Etcd_B" }, { name: "c" }],
  },
};

describe("a definition is left alone with", () => {
  it.each(Object.entries(ACCEPTED))("%s", (_, { aws, ...definition }) => {
    const cluster = defineCluster(
      { name: "demo", ...definition, aws: { region: "eu-central-1", ...aws } },
      "aws",
    );
    expect(cluster.members.length).toBeGreaterThan(0);
  });
});
