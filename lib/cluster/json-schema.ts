import { z } from "zod";
import { definitionSchema } from "./schema";

/** A JSON Schema, as far as this package looks into it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** JSON Schema of `cluster.yaml`, for completion and checks in editors. */
export function definitionJsonSchema(): JsonSchema {
  // draft-7: the newest that the YAML language server reads in full. https://github.com/redhat-developer/yaml-language-server
  return z.toJSONSchema(definitionSchema, { io: "input", target: "draft-7" }) as JsonSchema;
}
