import * as z from "zod";
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
  return z.toJSONSchema(definitionSchema, {
    io: "input",
    // The newest draft that the YAML language server reads in full. https://github.com/redhat-developer/yaml-language-server
    target: "draft-7",
    // zod drops `default` where it reads text into something else, for a default of its own would be the result of that.
    override({ zodSchema, jsonSchema }) {
      const notes = z.globalRegistry.get(zodSchema);
      if (notes !== undefined && "default" in notes) Object.assign(jsonSchema, { default: notes["default"] });
    },
  }) as JsonSchema;
}
