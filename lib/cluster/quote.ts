const LONGEST = 80;

/** A value as its writer would recognize it, for `got …` in a message; cut where it would flood the screen. */
export function quote(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "nothing (the key has no value)";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a mapping";
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- no object comes this far
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown;
}
