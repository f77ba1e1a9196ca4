import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { TARGETS, type Target } from "../../lib/cluster/cluster";
import { parseCluster } from "../../lib/cluster/define";
import { RULES } from "../../lib/cluster/rules";
import { definitionSchema } from "../../lib/cluster/schema";
import { awsAddressRuleExamples } from "./rule-examples/aws-address";
import { awsBucketRuleExamples } from "./rule-examples/aws-bucket";
import { awsClientAccessRuleExamples } from "./rule-examples/aws-client-access";
import { awsDnsRuleExamples } from "./rule-examples/aws-dns";
import { awsKmsRuleExamples } from "./rule-examples/aws-kms";
import { awsMachineRuleExamples } from "./rule-examples/aws-machine";
import { awsNetworkRuleExamples } from "./rule-examples/aws-network";
import { awsRouteRuleExamples } from "./rule-examples/aws-route";
import { etcdRuleExamples } from "./rule-examples/etcd";
import type { RuleExamples } from "./rule-examples/example";
import { localRuleExamples } from "./rule-examples/local";
import { memberRuleExamples } from "./rule-examples/member";
import { releaseRuleExamples } from "./rule-examples/release";
import { sizingRuleExamples } from "./rule-examples/sizing";

const EXAMPLES: RuleExamples = {
  ...memberRuleExamples,
  ...releaseRuleExamples,
  ...etcdRuleExamples,
  ...awsNetworkRuleExamples,
  ...awsAddressRuleExamples,
  ...awsRouteRuleExamples,
  ...awsClientAccessRuleExamples,
  ...awsDnsRuleExamples,
  ...awsBucketRuleExamples,
  ...awsKmsRuleExamples,
  ...awsMachineRuleExamples,
  ...sizingRuleExamples,
  ...localRuleExamples,
};

const GOOD = `
name: good
members:
  - { name: a, address: 10.50.0.20 }
  - { name: b }
  - { name: c, address: 10.50.2.21 }
learners: [spare]
etcd:
  release: 3.6.14
  metricsPort: 2381
  settings:
    heartbeatIntervalMs: 200ms
    electionTimeoutMs: 1s
    quotaBackendBytes: 8GiB
    autoCompactionMode: revision
    autoCompactionRetention: 1000
    leaseCheckpoint: true
    leaseCheckpointPersist: true
    tlsMinVersion: TLS1.2
    tlsMaxVersion: TLS1.3
    cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]
tls:
  client: &files { caFile: /tls/ca.crt, certFile: "/tls/{member}.crt", keyFile: "/tls/{member}.key" }
  peer: *files
  operator: *files
local: { address: 127.0.0.2, clientPort: 22379, peerPort: 22380 }
aws:
  region: eu-central-1
  instanceType: m7g.large
  network:
    cidr: 10.50.0.0/16
    subnets:
      - { cidr: 10.50.0.0/24, availabilityZone: eu-central-1a }
      - { cidr: 10.50.1.0/24, availabilityZone: eu-central-1b }
      - { cidr: 10.50.2.0/24, availabilityZone: eu-central-1c }
  dataVolume: { size: 100GiB, iops: 16000, throughputMiBps: 1000 }
`;

describe("the examples", () => {
  it("exist for every rule, and for nothing else", () => {
    expect(Object.keys(EXAMPLES).toSorted()).toEqual(RULES.map(({ id }) => id).toSorted());
    expect(Object.values(EXAMPLES).filter((examples) => examples.length === 0)).toEqual([]);
  });
});

describe.each(Object.entries(EXAMPLES))("the rule %s", (id, examples) => {
  it.each(examples)("refuses, and no other rule does: $text", ({ target, text, says }) => {
    expect(messageOf(text, target)).toBe(says);
    expect(brokenRules(text, target)).toEqual([id]);
  });
});

describe.each(TARGETS)("a good definition for the target %s", (target) => {
  it("breaks no rule", () => {
    expect(brokenRules(GOOD, target)).toEqual([]);
    expect(parseCluster(GOOD, "cluster.yaml", target, target).members).toHaveLength(3);
  });

  it.each([1, 3, 5, 7])("may have %i members", (count) => {
    const text = `name: demo\nmembers: ${count}\naws: { region: eu-central-1 }\n`;
    expect(brokenRules(text, target)).toEqual([]);
    expect(parseCluster(text, "cluster.yaml", target, target).members).toHaveLength(count);
  });
});

function brokenRules(text: string, target: Target): string[] {
  const definition = definitionSchema.parse(parse(text));
  return RULES.filter((rule) => rule.check(definition, target).length > 0).map(({ id }) => id);
}

function messageOf(text: string, target: Target): string {
  try {
    parseCluster(text, "cluster.yaml", target, target);
  } catch (error) {
    return (error as Error).message;
  }
  return "no mistake";
}
