import { z } from "zod";
import { definitionSchema } from "./schema";

/** JSON Schema of `cluster.yaml`, for completion and checks in editors. */
export function definitionJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(definitionSchema, { io: "input", target: "draft-7", unrepresentable: "any" });
}
