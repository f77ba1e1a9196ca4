import { describe, expect, it } from "vitest";
import { mistakesOf } from "./mistakes-of";

describe("unknown keys", () => {
  it("are refused at every level, with what was meant", () => {
    expect(
      mistakesOf(`name: demo
member: 3
members:
  - { nam: a }
etcd:
  relase: 3.6.14
  sha256: { amd: x }
  settings: { quotaBackendByte: 2GiB }
tls:
  clients: {}
local: { clientport: 2379 }
aws:
  regio: eu-central-1
  network: { subnet: 1, subnets: [{ cidrs: x }] }
  clientAccess: { cidr: x }
  dataVolume: { sise: 20GiB }
  rootVolume: { sise: 20GiB }
  bucket: { names: x }
  dns: { domains: x }
  state: { buckets: x }
  terminationProtect: true
  tag: {}
`),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:1 member: unknown key "member"
          did you mean "members"?
      cluster.yaml:4:5 members[0].name: is missing; it must be letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit
      cluster.yaml:4:7 members[0].nam: unknown key "nam"
          did you mean "name"?
      cluster.yaml:6:3 etcd.relase: unknown key "relase"
          did you mean "release"?
      cluster.yaml:7:13 etcd.sha256.amd: unknown key "amd"
          did you mean "amd64"?
      cluster.yaml:8:15 etcd.settings.quotaBackendByte: unknown key "quotaBackendByte"
          did you mean "quotaBackendBytes"?
      cluster.yaml:9:1 tls.client: is missing; it must be a mapping (key: value)
      cluster.yaml:9:1 tls.peer: is missing; it must be a mapping (key: value)
      cluster.yaml:9:1 tls.operator: is missing; it must be a mapping (key: value)
      cluster.yaml:10:3 tls.clients: unknown key "clients"
          did you mean "client"?
      cluster.yaml:11:10 local.clientport: unknown key "clientport"
          did you mean "clientPort"?
      cluster.yaml:12:1 aws.region: is missing; it must be an AWS region like "eu-central-1"
      cluster.yaml:13:3 aws.regio: unknown key "regio"
          did you mean "region"?
      cluster.yaml:14:14 aws.network.subnet: unknown key "subnet"
          did you mean "subnets"?
      cluster.yaml:14:35 aws.network.subnets[0].cidr: is missing; it must be an IPv4 range like 10.40.0.0/24
      cluster.yaml:14:35 aws.network.subnets[0].availabilityZone: is missing; it must be an availability zone like "eu-central-1a"
      cluster.yaml:14:37 aws.network.subnets[0].cidrs: unknown key "cidrs"
          did you mean "cidr"?
      cluster.yaml:15:19 aws.clientAccess.cidr: unknown key "cidr"
          did you mean "cidrs"?
      cluster.yaml:16:17 aws.dataVolume.sise: unknown key "sise"
          did you mean "size"?
      cluster.yaml:17:17 aws.rootVolume.sise: unknown key "sise"
          did you mean "size"?
      cluster.yaml:18:13 aws.bucket.names: unknown key "names"
          did you mean "name"?
      cluster.yaml:19:3 aws.dns.domain: is missing; it must be a domain like "etcd.example.internal"
      cluster.yaml:19:10 aws.dns.domains: unknown key "domains"
          did you mean "domain"?
      cluster.yaml:20:3 aws.state.bucket: is missing; it must be the name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots
      cluster.yaml:20:12 aws.state.buckets: unknown key "buckets"
          did you mean "bucket"?
      cluster.yaml:21:3 aws.terminationProtect: unknown key "terminationProtect"
          did you mean "terminationProtection"?
      cluster.yaml:22:3 aws.tag: unknown key "tag"
          did you mean "tags"?
      "
    `);
  });

  it("are refused in etcd's own spelling, with ours", () => {
    expect(
      mistakesOf(
        "name: demo\netcd:\n  settings:\n    quota-backend-bytes: 1\n    ETCD_HEARTBEAT_INTERVAL: 1\n    experimental-initial-corrupt-check: true\n",
      ),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:4:5 etcd.settings.quota-backend-bytes: unknown key "quota-backend-bytes"
          did you mean "quotaBackendBytes"?
      cluster.yaml:5:5 etcd.settings.ETCD_HEARTBEAT_INTERVAL: unknown key "ETCD_HEARTBEAT_INTERVAL"
          did you mean "heartbeatIntervalMs"?
      cluster.yaml:6:5 etcd.settings.experimental-initial-corrupt-check: unknown key "experimental-initial-corrupt-check"
          did you mean "initialCorruptCheck"?
      "
    `);
  });

  it("are refused at the wrong place, with the right one", () => {
    expect(
      mistakesOf(
        "name: demo\nregion: eu-central-1\netcd:\n  quotaBackendBytes: 2GiB\n  target: local\naws:\n  region: eu-central-1\n  vpcId: vpc-12345678\n  source: bucket\n  dataVolume: { preventDestroy: false }\n  network: { dns: {} }\n",
      ),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:1 region: unknown key "region"
          it belongs under aws
      cluster.yaml:4:3 etcd.quotaBackendBytes: unknown key "quotaBackendBytes"
          it belongs under etcd.settings
      cluster.yaml:5:3 etcd.target: unknown key "target"
          it belongs to the top of the file
      cluster.yaml:8:3 aws.vpcId: unknown key "vpcId"
          it belongs under aws.network
      cluster.yaml:9:3 aws.source: unknown key "source"
          it belongs under etcd
      cluster.yaml:10:17 aws.dataVolume.preventDestroy: unknown key "preventDestroy"
          it belongs under aws
      cluster.yaml:11:14 aws.network.dns: unknown key "dns"
          it belongs under aws
      "
    `);
  });

  it("are refused with all that is known there, or the nearest of many", () => {
    expect(mistakesOf("name: demo\nzzz: 1\netcd:\n  settings:\n    zzz: 1\n")).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:1 zzz: unknown key "zzz"
          known here: name, target, members, learners, etcd, tls, local, aws
      cluster.yaml:5:5 etcd.settings.zzz: unknown key "zzz"
          55 keys are known here, the nearest are cors, logger, preVote, maxWals, metrics
      "
    `);
  });

  it("are refused when they are names that every object has", () => {
    expect(
      mistakesOf(`name: demo
__proto__: { polluted: 1 }
constructor: 1
toString: 2
hasOwnProperty: 3
etcd:
  __proto__: { release: 3.6.14 }
  settings: { constructor: 1, __proto__: { preVote: true } }
aws:
  region: eu-central-1
  tags: { __proto__: x }
`),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:1 __proto__: unknown key "__proto__"
          known here: name, target, members, learners, etcd, tls, local, aws
      cluster.yaml:3:1 constructor: unknown key "constructor"
          known here: name, target, members, learners, etcd, tls, local, aws
      cluster.yaml:4:1 toString: unknown key "toString"
          known here: name, target, members, learners, etcd, tls, local, aws
      cluster.yaml:5:1 hasOwnProperty: unknown key "hasOwnProperty"
          known here: name, target, members, learners, etcd, tls, local, aws
      cluster.yaml:7:3 etcd.__proto__: unknown key "__proto__"
          known here: source, release, sha256, downloadBaseUrl, initialClusterToken, metricsPort, settings
      cluster.yaml:8:15 etcd.settings.constructor: unknown key "constructor"
          55 keys are known here, the nearest are cipherSuites, cors, logFormat, metrics, socketReusePort
      cluster.yaml:8:31 etcd.settings.__proto__: unknown key "__proto__"
          55 keys are known here, the nearest are preVote, cors, logger, metrics, maxWals
      cluster.yaml:11:22 aws.tags.__proto__: must not be set, got "x"
          the key is reserved: take another one
      "
    `);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("are refused when they are numbers, or hold what a terminal would obey", () => {
    expect(mistakesOf('name: demo\n1: a\ntrue: b\n"bad\\e[31m\\nkey": c\n"two words": d\n'))
      .toMatchInlineSnapshot(`
      "
      cluster.yaml:2:1 ["1"]: unknown key "1"
          known here: name, target, members, learners, etcd, tls, local, aws
      cluster.yaml:3:1 true: unknown key "true"
          known here: name, target, members, learners, etcd, tls, local, aws
      cluster.yaml:4:1 ["bad\\u001b[31m\\nkey"]: unknown key "bad\\u001b[31m\\nkey"
          known here: name, target, members, learners, etcd, tls, local, aws
      cluster.yaml:5:1 ["two words"]: unknown key "two words"
          known here: name, target, members, learners, etcd, tls, local, aws
      "
    `);
  });
});
