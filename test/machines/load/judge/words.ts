/** How many of one kind are told; the rest is counted. */
const TOLD = 5;

export const at = (ms: number): string => new Date(ms).toISOString();

/** The first few, and how many more there are. */
export function abridged(messages: readonly string[], kind: string): string[] {
  const more = messages.length - TOLD;
  return more > 0 ? [...messages.slice(0, TOLD), `and ${more} more ${kind}`] : [...messages];
}

/** The first one in full, and how many more there are. */
export function example(messages: readonly string[]): string[] {
  const [first, ...others] = messages;
  if (first === undefined) return [];
  return [others.length === 0 ? first : `${first} (and ${others.length} more like this)`];
}
