import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { TARGETS } from "../../lib/cluster/cluster";
import { defineCluster, parseCluster } from "../../lib/cluster/define";
import type { ClusterDefinition } from "../../lib/cluster/definition";
import { DefinitionError } from "../../lib/errors";

const MUTATIONS = 1000;

const FILES = { caFile: "/tls/ca.crt", certFile: "/tls/{member}.crt", keyFile: "/tls/{member}.key" };

const GOOD = {
  name: "good",
  target: "aws",
  members: [{ name: "a", address: "10.50.0.20" }, { name: "b" }, { name: "c" }],
  learners: ["spare"],
  etcd: {
    source: "bucket",
    release: "3.6.14",
    sha256: { amd64: "ffe840ff9295808e88cce2794a18a5ac87f12a5203c8314d0bf6aa119b41bac5" },
    downloadBaseUrl: "https://mirror.internal/etcd",
    initialClusterToken: "good-1",
    metricsPort: 2381,
    settings: {
      quotaBackendBytes: "4GiB",
      heartbeatIntervalMs: 100,
      electionTimeoutMs: "1s",
      autoCompactionMode: "periodic",
      autoCompactionRetention: "1h",
      cipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"],
      preVote: true,
    },
  },
  tls: { client: FILES, peer: FILES, operator: FILES },
  local: { address: "127.0.0.1", clientPort: 2379, peerPort: 2380, portStep: 10, etcdPath: "/usr/bin/etcd" },
  aws: {
    region: "eu-central-1",
    instanceType: "m7g.large",
    memory: "8GiB",
    architecture: "arm64",
    amiId: "ami-0123456789abcdef0",
    network: {
      cidr: "10.50.0.0/16",
      internet: "nat",
      subnets: [
        { cidr: "10.50.0.0/24", availabilityZone: "eu-central-1a" },
        { cidr: "10.50.1.0/24", availabilityZone: "eu-central-1b" },
      ],
    },
    clientAccess: {
      cidrs: ["10.0.0.0/8"],
      securityGroupIds: ["sg-0123456789abcdef0"],
      openToEveryone: false,
    },
    rootVolume: { size: "8GiB" },
    dataVolume: { size: "20GiB", iops: 3000, throughputMiBps: 125 },
    bucket: { name: "acme-etcd-good" },
    placement: "spread",
    terminationProtection: true,
    preventDestroy: true,
    sessionManager: false,
    dns: { domain: "etcd.example.internal", zoneId: "Z0123456789ABCDEFGHIJ" },
    state: {
      bucket: "acme-terraform",
      key: "etcd/good.tfstate",
      region: "eu-west-1",
      kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    },
    tags: { team: "platform" },
  },
} satisfies ClusterDefinition;

type Random = (below: number) => number;

describe(`a good definition, changed in ${MUTATIONS} ways for each target`, () => {
  it.each(TARGETS)(
    "is a cluster or refused for the target %s, never anything else",
    (target) => {
      let refused = 0;
      for (let seed = 1; seed <= MUTATIONS; seed += 1) {
        const random = generator(seed);
        const definition: unknown = structuredClone(GOOD);
        const changes = 1 + random(4);
        for (let change = 0; change < changes; change += 1) mutate(definition, random);
        const asProps = outcome(() => defineCluster(definition as ClusterDefinition, target), `seed ${seed}`);
        const text = stringify(definition, { aliasDuplicateObjects: false });
        const asFile = outcome(
          () => parseCluster(text, "cluster.yaml", target, target),
          `seed ${seed}:\n${text}`,
        );
        if (asFile !== undefined) {
          refused += 1;
          expect(
            asFile.every(
              ({ line, column }) => line !== undefined && column !== undefined && line >= 1 && column >= 1,
            ),
          ).toBe(true);
          expect(asFile.map(({ line = 0 }) => line)).toEqual(
            asFile.map(({ line = 0 }) => line).toSorted((a, b) => a - b),
          );
          // The same words on both ways in.
          expect(asFile.map(({ message }) => message).toSorted()).toEqual(
            asProps?.map(({ message }) => message).toSorted(),
          );
        }
      }
      expect(refused).toBeGreaterThan(MUTATIONS / 2);
      expect(refused).toBeLessThan(MUTATIONS);
    },
    120_000,
  );

  it("is a cluster when it is not changed", () => {
    expect(TARGETS.map((target) => defineCluster(GOOD, target).members.length)).toEqual([3, 3]);
  });
});

/** The mistakes of a refusal; undefined for a cluster; anything else fails the test. */
function outcome(attempt: () => unknown, what: string): DefinitionError["mistakes"] | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof DefinitionError && error.mistakes.length > 0) return error.mistakes;
    throw new Error(`neither a cluster nor a refusal: ${what}`, { cause: error });
  }
}

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  7,
  1e300,
  "",
  "x",
  "__proto__",
  "10.0.0.0/8",
  "::1",
  "3.6",
  "1h",
  "99TiB",
  [],
  {},
  [[]],
  [null],
  { constructor: 1 },
];

function mutate(root: unknown, random: Random): void {
  const nodes = containers(root);
  const node = nodes[random(nodes.length)];
  if (node === undefined) return;
  const keys = Object.keys(node);
  const key = keys[random(keys.length)] ?? "x";
  const record = node as Record<string, unknown>;
  const value = structuredClone(VALUES[random(VALUES.length)]);
  switch (random(5)) {
    case 0:
      if (Array.isArray(node)) node.splice(Number(key) || 0, 1);
      else Reflect.deleteProperty(record, key);
      break;
    case 1:
      record[key] = value;
      break;
    case 2:
      if (Array.isArray(node)) node.push(structuredClone(node[Number(key) || 0] ?? value));
      else record[`${key}s`] = record[key] ?? value;
      break;
    case 3: {
      const other = nodes[random(nodes.length)];
      record[key] = structuredClone(other);
      break;
    }
    default:
      if (Array.isArray(node)) node.unshift(value);
      else record[["name", "zzz", "toString", "cidr"][random(4)] ?? "zzz"] = value;
  }
}

function containers(node: unknown): object[] {
  return typeof node === "object" && node !== null ? [node, ...Object.values(node).flatMap(containers)] : [];
}

/** The same numbers for the same seed. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
