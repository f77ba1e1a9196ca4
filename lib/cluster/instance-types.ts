import type { Architecture } from "./cluster";

/** What the definition's checks need to know of an EC2 instance type. */
export interface InstanceTypeFacts {
  readonly memoryBytes: number;
  readonly architecture: Architecture;
}

/** 2 vCPU and 8 GiB: etcd's advice for small clusters. https://etcd.io/docs/v3.6/op-guide/hardware/ */
export const DEFAULT_INSTANCE_TYPE = "m7g.large";

const GIB = 1024 ** 3;

/**
 * Memory per vCPU, in GiB, of the general purpose, compute and memory optimised families.
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
 */
const GIB_PER_VCPU: ReadonlyMap<string, number> = new Map([
  ["m", 4],
  ["c", 2],
  ["r", 8],
]);

/** c5n has 2.625 GiB per vCPU in the small sizes, and less in the large ones. */
const UNEVEN: readonly string[] = ["c5n"];

const VCPUS: ReadonlyMap<string, number> = new Map([
  ["medium", 1],
  ["large", 2],
  ["xlarge", 4],
]);

/**
 * Burstable types do not follow vCPU steps below `large`.
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html
 */
const BURSTABLE_MEMORY_GIB: ReadonlyMap<string, number> = new Map([
  ["nano", 0.5],
  ["micro", 1],
  ["small", 2],
  ["medium", 4],
  ["large", 8],
  ["xlarge", 16],
  ["2xlarge", 32],
]);

const INSTANCE_TYPE = /^(?<family>[a-z]+)(?<generation>\d+)(?<attributes>[a-z-]*)\.(?<size>[a-z0-9-]+)$/;

/**
 * Facts of the m, c, r and t families from generation 5 on (t: 3 and 4); undefined for any other type and for bare metal,
 * where the definition has to say them.
 */
export function instanceTypeFacts(instanceType: string): InstanceTypeFacts | undefined {
  const match = INSTANCE_TYPE.exec(instanceType)?.groups;
  if (match === undefined) return undefined;
  const { family = "", attributes = "", size = "" } = match;
  const generation = Number(match["generation"]);
  // The processor comes first: g is Graviton. https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
  const architecture: Architecture = attributes.startsWith("g") ? "arm64" : "amd64";
  if (family === "t" && (generation === 3 || generation === 4)) {
    const memoryGiB = BURSTABLE_MEMORY_GIB.get(size);
    return memoryGiB === undefined ? undefined : { memoryBytes: memoryGiB * GIB, architecture };
  }
  const gibPerVcpu = UNEVEN.includes(`${family}${generation}${attributes}`)
    ? undefined
    : GIB_PER_VCPU.get(family);
  const vcpus = VCPUS.get(size) ?? multipleOfXlarge(size);
  // Memory per vCPU is uneven before generation 5 (r4.large has 15.25 GiB): there the definition has to say it.
  if (gibPerVcpu === undefined || vcpus === undefined || generation < 5) return undefined;
  return { memoryBytes: vcpus * gibPerVcpu * GIB, architecture };
}

function multipleOfXlarge(size: string): number | undefined {
  const factor = /^(\d+)xlarge$/.exec(size)?.[1];
  return factor === undefined ? undefined : Number(factor) * 4;
}
