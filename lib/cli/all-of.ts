import { UsageError } from "../errors";

/**
 * Reads several options, so that all mistakes are told at once.
 *
 * @throws UsageError with what every one that failed said
 */
export function allOf<T extends object>(readers: { readonly [K in keyof T]: () => T[K] }): T {
  const mistakes: UsageError[] = [];
  const values = Object.entries<() => unknown>(readers).map(([name, read]) => {
    try {
      return [name, read()];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      mistakes.push(error);
      return [name, undefined];
    }
  });
  const [only] = mistakes;
  if (only === undefined) return Object.fromEntries(values) as T;
  if (mistakes.length === 1) throw only;
  throw new UsageError(mistakes.map(({ message }) => message).join("\n"), {
    remedy: mistakes.flatMap(({ remedy }) => remedy ?? []).join("\n  "),
  });
}
