/**
 * Anything that can tell whether metadata is what an application expects: a schema of zod, or an object with a function of your own.
 * `parse` returns the value, perhaps completed, or throws.
 */
export interface Schema<M> {
  parse(value: unknown): M;
}
