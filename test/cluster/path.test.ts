import { describe, expect, it } from "vitest";
import { formatPath, placeOf, touches } from "../../lib/cluster/path";

describe("a path", () => {
  it.each([
    [[], "", ""],
    [["name"], "name", "name"],
    [["members", 1, "name"], "members[1].name", "members[].name"],
    [["aws", "tags", "cost center"], 'aws.tags["cost center"]', "aws.tags.cost center"],
    [["a\nb"], '["a\\nb"]', "a\nb"],
  ])("%j is shown as one line", (path, shown, place) => {
    expect(formatPath(path)).toBe(shown);
    expect(placeOf(path)).toBe(place);
  });

  it.each([
    ["aws", "aws", true],
    ["aws", "aws.region", true],
    ["aws.network.subnets[].cidr", "aws.network", true],
    ["members", "members[].name", true],
    ["aws.region", "aws.regions", false],
    ["members[].name", "members[].address", false],
  ])("%s and %s touch: %s", (a, b, expected) => {
    expect([touches(a, b), touches(b, a)]).toEqual([expected, expected]);
  });
});
