import { describe, expect, it } from "vitest";
import { DEFAULT_INSTANCE_TYPE, instanceTypeFacts } from "../../lib/cluster/instance-types";

const GIB = 2 ** 30;

describe("an EC2 instance type", () => {
  // As `aws ec2 describe-instance-types` says it. Before a change of the code, compare all types: the data is in moto,
  // https://github.com/getmoto/moto/blob/master/moto/ec2/resources/instance_types.json
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
  ])("%s has %d GiB and is %s", (instanceType, memoryGiB, architecture) => {
    expect(instanceTypeFacts(instanceType)).toEqual({ memoryBytes: memoryGiB * GIB, architecture });
  });

  it.each([
    ["c5n.large", "has 5.25 GiB, out of line with the rest of its family"],
    ["c5n.18xlarge", "is out of line too"],
    ["m4.large", "is before generation 5"],
    ["r4.large", "has 15.25 GiB"],
    ["t2.micro", "is before generation 3"],
    ["m5.metal", "is bare metal"],
    ["m7i.metal-24xl", "is bare metal"],
    ["a1.large", "is of another family"],
    ["im4gn.large", "is of another family"],
    ["is4gen.medium", "is of another family"],
    ["g5g.xlarge", "is of another family"],
    ["x2gd.large", "is of another family"],
    ["mac2.metal", "is of another family"],
    ["u-6tb1.metal", "is of another family"],
    ["t3.4xlarge", "does not exist"],
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

  it("is known when it is the default", () => {
    expect(instanceTypeFacts(DEFAULT_INSTANCE_TYPE)).toBeDefined();
  });
});
