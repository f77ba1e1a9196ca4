/** Upper bounds of etcd's disk histograms, in seconds: `prometheus.ExponentialBuckets(0.001, 2, 14)`. */
const diskBounds = Array.from({ length: 14 }, (_, index) => 0.001 * 2 ** index);

/** A disk histogram as a member prints it: `counts[i]` observations in the i-th bucket, each as long as its bucket allows. */
export function diskHistogram(name: string, counts: Readonly<Record<number, number>>): string {
  let count = 0;
  let sum = 0;
  const lines = diskBounds.map((bound, index) => {
    count += counts[index] ?? 0;
    sum += bound * (counts[index] ?? 0);
    return `${name}_bucket{le="${bound}"} ${count}`;
  });
  const rest = [`${name}_bucket{le="+Inf"} ${count}`, `${name}_sum ${sum}`, `${name}_count ${count}`];
  return [`# TYPE ${name} histogram`, ...lines, ...rest, ""].join("\n");
}
