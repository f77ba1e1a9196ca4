import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { AwsCluster, Cluster, LocalCluster } from "../../lib/cluster/cluster";
import { defineCluster, parseCluster } from "../../lib/cluster/define";
import type { AwsDefinition, ClusterDefinition, TlsDefinition } from "../../lib/cluster/definition";

export const REGION = "eu-central-1";

/** Tests go to folders of their own; see use-project.ts. */
const CLUSTER_YAML = resolve("cluster.yaml");

/** The definition at the top of the repository. */
export function defaultCluster(target: "aws"): AwsCluster;
export function defaultCluster(target: "local"): LocalCluster;
export function defaultCluster(target: "aws" | "local"): Cluster {
  return parseCluster(readFileSync(CLUSTER_YAML, "utf8"), "cluster.yaml", target, target);
}

export function aws(definition: Partial<ClusterDefinition> = {}): AwsCluster {
  return defineCluster({ name: "demo", aws: { region: REGION }, ...definition, target: "aws" });
}

export function local(definition: Partial<ClusterDefinition> = {}): LocalCluster {
  const cluster = defineCluster({ name: "demo", ...definition }, "local");
  if (cluster.target !== "local") throw new Error("not a local cluster");
  return cluster;
}

/** A file name with all that HCL, JSON and shells could stumble over. */
const NASTY = `/etc/my "keys"/C:\\new\\table 'a' $HOME %d # é 🙂`;

export const TLS: TlsDefinition = {
  client: {
    caFile: "/etc/etcd/pki/client-ca.crt",
    certFile: "/etc/etcd/pki/{member}.crt",
    keyFile: "/etc/etcd/pki/{member}.key",
  },
  peer: {
    caFile: `${NASTY}/peer-ca.crt`,
    certFile: "/etc/etcd/pki/{member}-peer.crt",
    keyFile: "/etc/etcd/pki/{member}-peer.key",
  },
  operator: { caFile: "/pki/client-ca.crt", certFile: "/pki/operator.crt", keyFile: "/pki/operator.key" },
};

const KMS_KEY = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** Every key that a definition for a new network has. */
export const ALL_KEYS: ClusterDefinition = {
  name: "everything",
  target: "aws",
  members: [
    { name: "alpha", address: "10.99.0.40" },
    { name: "beta", address: "10.99.1.41" },
    { name: "gamma", address: "10.99.2.42" },
  ],
  learners: ["delta"],
  etcd: {
    source: "download",
    release: "3.5.99",
    sha256: { amd64: "a".repeat(64), arm64: "b".repeat(64) },
    downloadBaseUrl: "http://mirror.example.com:8080/etcd/",
    initialClusterToken: "everything-2",
    metricsPort: 2381,
    settings: {
      heartbeatIntervalMs: "200ms",
      electionTimeoutMs: "2s",
      quotaBackendBytes: "8GiB",
      autoCompactionMode: "revision",
      autoCompactionRetention: 10_000,
      cipherSuites: ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
      logLevel: "warn",
    },
  },
  tls: TLS,
  aws: {
    region: "us-west-2",
    instanceType: "r6i.xlarge",
    memory: "32GiB",
    architecture: "amd64",
    amiId: "ami-0123456789abcdef0",
    rootVolume: { size: "12GiB" },
    network: {
      cidr: "10.99.0.0/16",
      subnets: [
        { cidr: "10.99.0.0/24", availabilityZone: "us-west-2a" },
        { cidr: "10.99.1.0/24", availabilityZone: "us-west-2b" },
        { cidr: "10.99.2.0/24", availabilityZone: "us-west-2d" },
      ],
      internet: "nat",
    },
    clientAccess: {
      cidrs: ["10.99.0.0/16", "192.168.7.0/24", "0.0.0.0/0"],
      securityGroupIds: ["sg-0123456789abcdef0"],
      openToEveryone: true,
    },
    dataVolume: { size: "100GiB", iops: 6000, throughputMiBps: 500, kmsKeyId: KMS_KEY },
    bucket: { name: "etcd-of-the-platform", kmsKeyId: KMS_KEY },
    placement: "none",
    terminationProtection: false,
    preventDestroy: false,
    sessionManager: true,
    dns: { domain: "etcd.example.internal", zoneId: "Z0123456789ABCDEFGHIJ" },
    state: { bucket: "platform-states", key: "etcd/everything", region: "us-west-2", kmsKeyId: KMS_KEY },
    tags: { team: "platform", "cost:center": "4711" },
  },
};

const EXISTING: AwsDefinition = {
  region: REGION,
  network: {
    vpcId: "vpc-0123456789abcdef0",
    subnets: [
      { id: "subnet-0123456789abcdefa", cidr: "172.31.16.0/20", availabilityZone: "eu-central-1a" },
      { id: "subnet-0123456789abcdefb", cidr: "172.31.32.0/20", availabilityZone: "eu-central-1b" },
      { id: "subnet-0123456789abcdefc", cidr: "172.31.48.0/20", availabilityZone: "eu-central-1c" },
    ],
  },
  clientAccess: { securityGroupIds: ["sg-0123456789abcdef0"] },
};

/** A VPC that has a way to S3 already. */
export const EXISTING_VPC = { aws: EXISTING } satisfies Partial<ClusterDefinition>;

/** Definitions that differ in what they make of AWS, by what they are. */
export const VARIANTS: Readonly<Record<string, Partial<ClusterDefinition>>> = {
  "the default definition": {},
  "every key": ALL_KEYS,
  "an existing VPC": EXISTING_VPC,
  "an existing VPC without a way to S3, Session Manager, and a mirror of its own": {
    etcd: { source: "download", downloadBaseUrl: "http://mirror.example.com/etcd" },
    aws: {
      ...EXISTING,
      network: { ...EXISTING.network, routeTableIds: ["rtb-0123456789abcdef0"] },
      sessionManager: true,
    },
  },
  "a NAT gateway": { aws: { region: REGION, network: { internet: "nat" } } },
  "public members": { aws: { region: REGION, network: { internet: "public" } } },
  "Session Manager without a way out": { aws: { region: REGION, sessionManager: true } },
  "five members with names": {
    members: 5,
    aws: { region: REGION, dns: { domain: "etcd.example.internal" } },
  },
  "names without TLS": {
    tls: false,
    aws: { region: REGION, dns: { domain: "etcd.example.internal" } },
  },
  "Ubuntu on amd64, to be destroyed": {
    members: 1,
    aws: { region: REGION, image: "ubuntu-24.04", instanceType: "m7i.large", preventDestroy: false },
  },
};
