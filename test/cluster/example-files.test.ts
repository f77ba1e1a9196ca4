import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TARGETS } from "../../lib/cluster/cluster";
import { parseCluster } from "../../lib/cluster/define";
import { definitionJsonSchema, type JsonSchema } from "../../lib/cluster/json-schema";

const ROOT = join(__dirname, "..", "..");
const EXAMPLES = readdirSync(join(ROOT, "examples"))
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => `examples/${name}`);

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

describe("the example files", () => {
  it("are there", () => {
    expect(EXAMPLES).toEqual(
      expect.arrayContaining([
        "examples/cluster-full.yaml",
        "examples/existing-vpc.yaml",
        "examples/five-members.yaml",
        "examples/nat-download.yaml",
        "examples/plain-http.yaml",
        "examples/single.yaml",
      ]),
    );
  });

  it.each(EXAMPLES)("%s names its schema for editors in the first line", (file) => {
    expect(read(file).split("\n", 1)).toEqual([
      "# yaml-language-server: $schema=../lib/cluster/cluster.schema.json",
    ]);
  });

  it.each([...EXAMPLES, "cluster.yaml"])("%s is valid", (file) => {
    expect(parseCluster(read(file), file, undefined, "local").members.length).toBeGreaterThan(0);
  });

  it.each(TARGETS)("examples/cluster-full.yaml and cluster.yaml are valid for the target %s", (target) => {
    for (const file of ["examples/cluster-full.yaml", "cluster.yaml"]) {
      expect(parseCluster(read(file), file, target, target).target).toBe(target);
    }
  });

  it("examples/five-members.yaml spreads its members over the zones", () => {
    const cluster = parseCluster(read("examples/five-members.yaml"), "five", undefined, "local");
    if (cluster.target !== "aws") throw new Error("not for aws");
    expect(cluster.members.map(({ subnet }) => subnet.availabilityZone.at(-1)).join("")).toBe("abcab");
  });
});

describe("examples/cluster-full.yaml", () => {
  const text = read("examples/cluster-full.yaml");
  const count = (key: string) => text.match(new RegExp(`^ *(# |- )?${key}:`, "gm"))?.length ?? 0;

  it("shows every key there is", () => {
    expect(keysOf(definitionJsonSchema()).filter((key) => count(key) === 0)).toEqual([]);
  });

  it("leaves out only what cannot be said together with the rest", () => {
    const commentedOut = [...text.matchAll(/^ *# ([a-z][A-Za-z]+): \S/gm)].map(([, key]) => key);
    expect(commentedOut).toEqual(["amiId", "vpcId", "id", "routeTableIds"]);
  });
});

function keysOf({ properties = {}, items, anyOf = [] }: JsonSchema): string[] {
  const inner = [...Object.values(properties), ...(items === undefined ? [] : [items]), ...anyOf];
  return [...Object.keys(properties), ...inner.flatMap(keysOf)];
}
