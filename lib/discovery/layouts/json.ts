/** @throws Error, one phrase */
export function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new Error("the value is no JSON");
  }
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
