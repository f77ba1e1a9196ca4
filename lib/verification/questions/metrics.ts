import type { Target, TlsOptions } from "../../client";
import type { ClockReading } from "./clock-reading";
import { Histogram, type Bucket } from "./histogram";
import { httpGet } from "./http-get";

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/**
 * What a member measures about itself: https://etcd.io/docs/v3.5/metrics/
 *
 * Nothing but what is asked for is parsed: the text is some 150 kB of a thousand metrics, and there may be 200 members.
 */
export class Metrics {
  private readonly text: string;

  /** @param clock what the same answer said of the member's clock */
  constructor(
    text: string,
    readonly clock?: ClockReading | undefined,
  ) {
    this.text = `\n${text}`;
  }

  /**
   * The value of a counter or gauge: of the first one that has these labels, if there are several. `undefined` if this
   * release does not have it.
   */
  value(name: string, labels: Labels = {}): number | undefined {
    return this.family(name).find((sample) => has(sample.labels, labels))?.value;
  }

  /** `undefined` if this release does not have it, or not with these labels. */
  histogram(name: string, labels: Labels = {}): Histogram | undefined {
    return histogramOf(
      name,
      this.family(name).filter((sample) => has(sample.labels, labels)),
    );
  }

  /** One histogram for each value of a label; empty if there is none. */
  histogramsBy(name: string, label: string): Map<string, Histogram> {
    const groups = new Map<string, Sample[]>();
    for (const sample of this.family(name)) {
      const key = sample.labels[label] ?? "";
      groups.set(key, [...(groups.get(key) ?? []), sample]);
    }
    return new Map(
      [...groups].flatMap(([key, samples]) => {
        const histogram = histogramOf(name, samples);
        return histogram === undefined ? [] : [[key, histogram]];
      }),
    );
  }

  /**
   * All samples of one metric. They stand in one block after their type, and the next block begins with a comment:
   * https://prometheus.io/docs/instrumenting/exposition_formats/#grouping-and-sorting
   */
  private family(name: string): Sample[] {
    const type = this.text.indexOf(`\n# TYPE ${name} `);
    if (type === -1) return [];
    const start = this.text.indexOf("\n", type + 1) + 1;
    const next = this.text.indexOf("\n#", start - 1);
    const block = this.text.slice(start, next === -1 ? undefined : next);
    return block.split("\n").flatMap(parseSample);
  }
}

/** `name{label="value"} 1.5` */
function parseSample(line: string): Sample[] {
  const [, name, labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
  if (name === undefined || value === undefined) return [];
  const pairs = labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return [
    {
      name,
      labels: Object.fromEntries([...pairs].map(([, key = "", text = ""]) => [key, text])),
      value: numberOf(value),
    },
  ];
}

/** As Go spells numbers: `+Inf`, `1e-05`. */
const numberOf = (text: string): number => Number(text.replace("Inf", "Infinity"));

const has = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

function histogramOf(name: string, samples: readonly Sample[]): Histogram | undefined {
  const buckets: Bucket[] = samples
    .filter((sample) => sample.name === `${name}_bucket`)
    .map(({ labels, value }) => ({ upperBound: numberOf(labels["le"] ?? ""), count: value }));
  const sum = samples.find((sample) => sample.name === `${name}_sum`)?.value;
  return buckets.length === 0 || sum === undefined ? undefined : new Histogram(buckets, sum);
}

/**
 * Asks a member for its metrics.
 *
 * @throws EndpointProblem if it gives none, for instance because it serves HTTP elsewhere (`--listen-client-http-urls`)
 */
export async function memberMetrics(
  target: Target,
  tls: TlsOptions | undefined,
  timeoutMs: number,
): Promise<Metrics> {
  const { text, clock } = await httpGet(target, "/metrics", tls, timeoutMs);
  return new Metrics(text, clock);
}
