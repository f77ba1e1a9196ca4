import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { definitionJsonSchema, type JsonSchema } from "../../lib/cluster/json-schema";

const ROOT = join(__dirname, "..", "..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

const schema = definitionJsonSchema();

function validator(): ValidateFunction {
  return addFormats(new Ajv({ allErrors: true, allowUnionTypes: true })).compile(schema);
}

describe("the JSON Schema", () => {
  it("is what the file says that editors read; else: npm run -s schema", () => {
    expect(JSON.parse(read("lib/cluster/cluster.schema.json"))).toEqual(schema);
  });

  it("is a draft that editors know, and says what it is about", () => {
    expect(schema).toMatchObject({
      $schema: "http://json-schema.org/draft-07/schema#",
      title: "cdktf-etcd cluster definition",
      required: ["name"],
      additionalProperties: false,
    });
    expect(new Ajv().validateSchema(schema)).toBe(true);
  });

  it.each([
    "cluster.yaml",
    ...readdirSync(join(ROOT, "examples"))
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => `examples/${name}`),
  ])("accepts %s", (file) => {
    const validate = validator();
    validate(parse(read(file)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each([
    [{}, "must have required property 'name'"],
    [{ name: "Demo" }, "must match pattern"],
    [{ name: "demo", member: 3 }, "must NOT have additional properties"],
    [{ name: "demo", members: 4 }, "must be equal to one of the allowed values"],
    [{ name: "demo", members: [{}] }, "must have required property 'name'"],
    [{ name: "demo", target: "azure" }, "must be equal to one of the allowed values"],
    [{ name: "demo", etcd: { release: 3.6 } }, "must be string"],
    [{ name: "demo", etcd: { settings: { quotaBackendBytes: "2GB" } } }, "must match pattern"],
    [{ name: "demo", local: { address: "::1" } }, 'must match format "ipv4"'],
    [{ name: "demo", local: { clientPort: 0 } }, "must be >= 1"],
    [{ name: "demo", aws: {} }, "must have required property 'region'"],
    [{ name: "demo", aws: { region: "eu-central-1", tags: { a: 1 } } }, "must be string"],
    [{ name: "demo", tls: true }, "must be equal to constant"],
    [{ name: "demo", tls: { client: {} } }, "must have required property 'peer'"],
    [{ name: "demo", etcd: { source: "mirror" } }, "must be equal to one of the allowed values"],
    [
      { name: "demo", aws: { region: "eu-central-1", image: "debian" } },
      "must be equal to one of the allowed",
    ],
    [{ name: "demo", aws: { region: "eu-central-1", bucket: { name: "a.b" } } }, "must match pattern"],
    [{ name: "demo", aws: { region: "eu-central-1", dns: {} } }, "must have required property 'domain'"],
    [{ name: "demo", aws: { region: "eu-central-1", state: {} } }, "must have required property 'bucket'"],
    [{ name: "demo", aws: { region: "eu-central-1", tags: { a: "b;c" } } }, "must match pattern"],
    [
      { name: "demo", aws: { region: "eu-central-1", network: { subnets: [] } } },
      "must NOT have fewer than 1 items",
    ],
  ])("refuses %j", (definition, reason) => {
    const validate = validator();
    expect(validate(definition)).toBe(false);
    expect(validate.errors?.map(({ message }) => message).join("\n")).toContain(reason);
  });

  it("describes every key", () => {
    expect(
      leaves(schema).filter(({ description }) => typeof description !== "string" || description === ""),
    ).toEqual([]);
  });

  it("says of every key that may be left out what it is then", () => {
    const isSaid = ({ description, default: value }: Leaf) =>
      value !== undefined || /\b[Dd]efault\b|needed|only with/.test(String(description));
    expect(
      leaves(schema)
        .filter((leaf) => !leaf.isRequired && !isSaid(leaf))
        .map(({ at }) => at),
    ).toEqual([]);
  });
});

interface Leaf {
  readonly at: string;
  readonly isRequired: boolean;
  readonly description?: unknown;
  readonly default?: unknown;
}

function leaves({ properties = {}, items, anyOf = [], required }: JsonSchema, place = ""): Leaf[] {
  const names = Array.isArray(required) ? (required as unknown[]) : [];
  return [
    ...Object.entries(properties).flatMap(([key, inner]) => {
      const at = `${place}.${key}`;
      return [
        { at, isRequired: names.includes(key), description: inner["description"], default: inner["default"] },
        ...leaves(inner, at),
      ];
    }),
    ...(items === undefined ? [] : leaves(items, `${place}[]`)),
    ...anyOf.flatMap((inner) => leaves(inner, place)),
  ];
}
