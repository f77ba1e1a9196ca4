import { expectTypeOf, it } from "vitest";
import type { z } from "zod";
import type { ClusterDefinition } from "../../lib/cluster/definition";
import type { definitionSchema } from "../../lib/cluster/schema";

/** Without `readonly`, which the schema does not know, and with all keys in sight. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

// `tsc` checks this, vitest only shows that it is there.
it("the documented props are exactly what the schema reads", () => {
  expectTypeOf<Plain<ClusterDefinition>>().toEqualTypeOf<Plain<z.input<typeof definitionSchema>>>();
});
