import type { Architecture } from "./cluster";
import table from "./instance-types.json";

/** What the definition's checks need to know of an EC2 instance type. */
export interface InstanceTypeFacts {
  readonly memoryBytes: number;
  readonly architecture: Architecture;
}

/** 2 vCPU and 8 GiB: etcd's advice for small clusters. https://etcd.io/docs/v3.6/op-guide/hardware/ */
export const DEFAULT_INSTANCE_TYPE = "m7g.large";

const GIB = 1024 ** 3;

/** Memory is even in most families; elsewhere (t3.nano, c5n.9xlarge) each size has its own. */
type Family =
  | { readonly gibPerVcpu: number; readonly sizes: string }
  | { readonly memoryGiB: Readonly<Record<string, number>> };

const FAMILIES: Readonly<Record<string, Family>> = table.families;

const VCPUS: ReadonlyMap<string, number> = new Map([
  ["medium", 1],
  ["large", 2],
  ["xlarge", 4],
]);

/**
 * Facts of the m, c, r, t, x, z, i and d families since generation 5 (t: 3); undefined for any other type and for bare metal, where
 * the definition has to say them.
 */
export function instanceTypeFacts(instanceType: string): InstanceTypeFacts | undefined {
  const [family = "", size = "", ...more] = instanceType.split(".");
  const memoryGiB = more.length > 0 ? undefined : memoryBySize(family)?.get(size);
  return memoryGiB === undefined
    ? undefined
    : { memoryBytes: memoryGiB * GIB, architecture: architectureOf(family) };
}

/** The sizes that the type's family comes in, smallest first; undefined for a family that is not known here. */
export function sizesOfFamily(instanceType: string): readonly string[] | undefined {
  const [family = ""] = instanceType.split(".");
  const memory = memoryBySize(family);
  return memory === undefined ? undefined : [...memory.keys()];
}

/**
 * All families that run on Xen. A machine there sees its volumes as `/dev/xvd…` without their ids, and some of them refuse what we ask
 * for (EBS optimisation).
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html
 */
const XEN_FAMILIES: readonly string[] =
  "c1 c3 c4 cc2 cg1 cr1 d2 f1 g2 g3 g3s h1 hi1 hs1 i2 i3 m1 m2 m3 m4 p2 p3 r3 r4 t1 t2 x1 x1e".split(" ");

export function runsOnXen(instanceType: string): boolean {
  const [family = "", size] = instanceType.split(".");
  return XEN_FAMILIES.includes(family) && size !== "metal";
}

function memoryBySize(name: string): ReadonlyMap<string, number> | undefined {
  const family = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
  if (family === undefined) return undefined;
  return new Map(
    "memoryGiB" in family
      ? Object.entries(family.memoryGiB)
      : family.sizes.split(" ").map((size) => [size, family.gibPerVcpu * vcpus(size)]),
  );
}

function vcpus(size: string): number {
  return VCPUS.get(size) ?? Number.parseInt(size, 10) * 4;
}

/** The processor is the first letter after the generation: g is Graviton. https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html */
function architectureOf(family: string): Architecture {
  return /^[a-z]+\d+g/.test(family) ? "arm64" : "amd64";
}
