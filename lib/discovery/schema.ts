/**
 * Anything that can tell whether metadata is what an application expects: a schema of zod, valibot's `parser`, or a function's own object.
 * `parse` returns the value, perhaps completed, or throws.
 */
export interface Schema<M> {
  parse(value: unknown): M;
}
