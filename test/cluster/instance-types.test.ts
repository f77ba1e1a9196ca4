import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_INSTANCE_TYPE,
  instanceTypeFacts,
  runsOnXen,
  sizesOfFamily,
} from "../../lib/cluster/instance-types";
import table from "../../lib/cluster/instance-types.json";
import { pythonWithMoto } from "../aws/support/python";

const GIB = 2 ** 30;

describe("an EC2 instance type", () => {
  it.each([
    ["m7g.large", 8, "arm64"],
    ["m7g.medium", 4, "arm64"],
    ["m6gd.xlarge", 16, "arm64"],
    ["m8g.48xlarge", 768, "arm64"],
    ["c6gn.medium", 2, "arm64"],
    ["c7gd.2xlarge", 16, "arm64"],
    ["c7gn.16xlarge", 128, "arm64"],
    ["r7gd.large", 16, "arm64"],
    ["r8gb.medium", 8, "arm64"],
    ["t4g.nano", 0.5, "arm64"],
    ["t4g.small", 2, "arm64"],
    ["t4g.2xlarge", 32, "arm64"],
    ["t3.micro", 1, "amd64"],
    ["t3a.medium", 4, "amd64"],
    ["m5.large", 8, "amd64"],
    ["m5zn.3xlarge", 48, "amd64"],
    ["m6idn.32xlarge", 512, "amd64"],
    ["m7a.medium", 4, "amd64"],
    ["m7i-flex.large", 8, "amd64"],
    ["c5.9xlarge", 72, "amd64"],
    ["c6in.large", 4, "amd64"],
    ["c7i-flex.xlarge", 8, "amd64"],
    ["r5b.large", 16, "amd64"],
    ["r6i.2xlarge", 64, "amd64"],
    ["r7iz.large", 16, "amd64"],
    ["r8i-flex.large", 16, "amd64"],
    ["c5n.large", 5.25, "amd64"],
    ["c5n.18xlarge", 192, "amd64"],
    ["m8azn.3xlarge", 48, "amd64"],
    ["x2gd.large", 32, "arm64"],
    ["x2iedn.xlarge", 128, "amd64"],
    ["x8g.medium", 16, "arm64"],
    ["z1d.large", 16, "amd64"],
    ["i4i.large", 16, "amd64"],
    ["i4g.large", 16, "arm64"],
    ["i7ie.3xlarge", 96, "amd64"],
    ["i8g.large", 16, "arm64"],
    ["im4gn.large", 8, "arm64"],
    ["is4gen.medium", 6, "arm64"],
    ["d3en.xlarge", 16, "amd64"],
  ])("%s has %d GiB and is %s", (instanceType, memoryGiB, architecture) => {
    expect(instanceTypeFacts(instanceType)).toEqual({ memoryBytes: memoryGiB * GIB, architecture });
  });

  it.each([
    ["m5.metal", "is bare metal"],
    ["m7i.metal-24xl", "is bare metal"],
    ["a1.large", "is of another family"],
    ["g5g.xlarge", "is of another family"],
    ["mac2.metal", "is of another family"],
    ["u-6tb1.metal", "is of another family"],
    ["m4.large", "is on Xen"],
    ["t2.micro", "is on Xen"],
    ["t3.4xlarge", "does not exist"],
    ["m7g.6xlarge", "does not exist"],
    ["m7q.large", "does not exist"],
    ["m99g.large", "does not exist yet"],
    ["m7g.large.x", "is no type"],
    ["m7g.", "is no type"],
    ["constructor.large", "does not exist"],
    ["m7g.huge", "does not exist"],
    ["t4g.constructor", "does not exist"],
    ["m7g.toString", "does not exist"],
    ["constructor7.large", "does not exist"],
    ["m7g", "is no type"],
    ["m7g.large ", "is no type"],
    ["", "is no type"],
  ])("%s is not guessed: it %s", (instanceType) => {
    expect(instanceTypeFacts(instanceType)).toBeUndefined();
  });

  it.each([
    "t2.medium",
    "m4.large",
    "c4.xlarge",
    "r4.large",
    "i3.large",
    "x1e.xlarge",
    "m3.medium",
    "p3.2xlarge",
  ])("%s runs on Xen", (instanceType) => {
    expect(runsOnXen(instanceType)).toBe(true);
  });

  it.each([
    "t3.medium",
    "m5.large",
    "i3en.large",
    "i3.metal",
    "x2gd.large",
    "c5n.large",
    "constructor.large",
    "",
  ])("%s does not run on Xen", (instanceType) => {
    expect(runsOnXen(instanceType)).toBe(false);
  });

  it("of a known family is one of its sizes", () => {
    expect(sizesOfFamily("t4g.huge")).toEqual([
      "nano",
      "micro",
      "small",
      "medium",
      "large",
      "xlarge",
      "2xlarge",
    ]);
    expect(sizesOfFamily("m7g.large")).toContain("large");
    expect(sizesOfFamily("z9.huge")).toBeUndefined();
    expect(sizesOfFamily("toString.huge")).toBeUndefined();
  });

  it("is known when it is the default", () => {
    expect(instanceTypeFacts(DEFAULT_INSTANCE_TYPE)).toBeDefined();
  });
});

describe("the table of instance types", () => {
  const types = Object.keys(table.families).flatMap((family) =>
    (sizesOfFamily(family) ?? []).map((size) => `${family}.${size}`),
  );

  it("has all the families that etcd is run on, without those on Xen", () => {
    expect(types.length).toBeGreaterThan(900);
    for (const generation of ["m6", "m7", "m8", "c6", "c7", "c8", "r6", "r7", "r8"])
      for (const processor of ["g", "i", "a"]) expect(types).toContain(`${generation}${processor}.large`);
    expect(types.filter(runsOnXen)).toEqual([]);
  });

  it("says what AWS says, of which the EC2 emulator has a copy", { timeout: 300_000 }, async () => {
    const { stdout } = await promisify(execFile)(await pythonWithMoto(), ["-c", DESCRIBE_INSTANCE_TYPES], {
      maxBuffer: 16 * 2 ** 20,
    });
    const described = JSON.parse(stdout) as Record<string, { gib: number; architectures: string[] }>;
    const wrong = types.filter((type) => {
      const facts = instanceTypeFacts(type);
      const real = described[type];
      const architecture = facts?.architecture === "arm64" ? "arm64" : "x86_64";
      return (
        facts?.memoryBytes !== (real?.gib ?? 0) * GIB || real?.architectures.includes(architecture) !== true
      );
    });
    expect(wrong).toEqual([]);
  });
});

/** As `aws ec2 describe-instance-types` answers. */
const DESCRIBE_INSTANCE_TYPES = `
import json
from moto.ec2.models.instance_types import INSTANCE_TYPES
print(json.dumps({name: {"gib": facts["MemoryInfo"]["SizeInMiB"] / 1024,
                         "architectures": facts["ProcessorInfo"]["SupportedArchitectures"]}
                  for name, facts in INSTANCE_TYPES.items()}))
`;
