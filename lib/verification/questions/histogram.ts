export interface Bucket {
  /** The largest value that still counts here; `Infinity` for the last bucket. */
  readonly upperBound: number;
  /** How many observations were at most so large: those of all smaller buckets are among them. */
  readonly count: number;
}

/** A classic Prometheus histogram, its buckets in ascending order: https://prometheus.io/docs/concepts/metric_types/#histogram */
export class Histogram {
  constructor(
    readonly buckets: readonly Bucket[],
    readonly sum: number,
  ) {}

  get count(): number {
    return this.buckets.at(-1)?.count ?? 0;
  }

  /** `undefined` without an observation. */
  get mean(): number | undefined {
    return this.count === 0 ? undefined : this.sum / this.count;
  }

  /**
   * The value that the share `q` of all observations does not exceed, as `histogram_quantile` estimates it: linear within a bucket,
   * from 0 in the first one, and the last finite bound for whatever is beyond it.
   * https://github.com/prometheus/prometheus/blob/v2.55.0/promql/quantile.go (`bucketQuantile`)
   *
   * @param q between 0 and 1
   * @returns `undefined` without an observation
   */
  quantile(q: number): number | undefined {
    if (this.count === 0) return undefined;
    const rank = q * this.count;
    let below: Bucket = { upperBound: 0, count: 0 };
    for (const bucket of this.buckets) {
      if (bucket.count >= rank && bucket.count > below.count) {
        if (bucket.upperBound === Infinity) break;
        const share = (rank - below.count) / (bucket.count - below.count);
        return below.upperBound + (bucket.upperBound - below.upperBound) * share;
      }
      if (bucket.upperBound !== Infinity) below = bucket;
    }
    return below.upperBound;
  }

  /** What has been observed since `earlier`; everything, if the process was started anew in between and counts from 0 again. */
  since(earlier: Histogram): Histogram {
    const isRestarted =
      earlier.buckets.length !== this.buckets.length ||
      this.buckets.some(({ count }, index) => count < (earlier.buckets[index]?.count ?? 0));
    if (isRestarted) return this;
    const buckets = this.buckets.map(({ upperBound, count }, index) => ({
      upperBound,
      count: count - (earlier.buckets[index]?.count ?? 0),
    }));
    return new Histogram(buckets, this.sum - earlier.sum);
  }
}
