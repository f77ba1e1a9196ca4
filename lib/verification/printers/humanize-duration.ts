const units = [
  { name: "d", ms: 86_400_000 },
  { name: "h", ms: 3_600_000 },
  { name: "min", ms: 60_000 },
  { name: "s", ms: 1000 },
] as const;

/** A length of time in its two largest units: `2 d 3 h`, `45 s`. */
export function humanizeDuration(ms: number): string {
  const first = units.findIndex((unit) => ms >= unit.ms);
  if (first === -1) return `${Math.round(ms)} ms`;
  let left = ms;
  const parts = units.slice(first, first + 2).map(({ name, ms: unitMs }) => {
    const count = Math.floor(left / unitMs);
    left -= count * unitMs;
    return { count, name };
  });
  return parts
    .filter(({ count }) => count > 0)
    .map(({ count, name }) => `${count} ${name}`)
    .join(" ");
}
