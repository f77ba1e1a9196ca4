const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"] as const;

/**
 * A size as etcdctl prints it: `Bytes` of https://github.com/dustin/go-humanize, SI units, one decimal below ten.
 */
export function humanizeBytes(bytes: number): string {
  if (bytes < 10) {
    return `${bytes} B`;
  }
  let exponent = 0;
  while (bytes >= 1000 ** (exponent + 1) && exponent < units.length - 1) {
    exponent += 1;
  }
  const value = Math.floor((bytes / 1000 ** exponent) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : roundHalfToEven(value)} ${units[exponent]}`;
}

/** As Go's `%.0f` does; JavaScript's toFixed(0) rounds a half up. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const isHalf = value - floor === 0.5;
  return isHalf ? floor + (floor % 2) : Math.round(value);
}
