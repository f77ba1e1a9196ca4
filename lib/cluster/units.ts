import { quote } from "./quote";

/** What reading a person's text gives: the value, or what is wrong with it and what to write instead. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly remedy?: string | undefined };

const BYTES_PER_UNIT = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;
type SizeUnit = keyof typeof BYTES_PER_UNIT;

/** For messages: how a size is written. */
export const SIZE_FORM = 'a size like "8GiB" or a whole number of bytes';

const SIZE = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/;
const ALMOST_A_SIZE_UNIT = /^([kmgt])i?b?$/i;

/**
 * Reads `8GiB`, `512MiB`, `1.5MiB` or a whole number of bytes. Decimal units (`GB`) are refused, never guessed:
 * between 8GB and 8GiB lies half a gigabyte of quota.
 *
 * @returns bytes
 */
export function parseSize(input: string | number): Parsed<number> {
  if (typeof input === "number") {
    return isCount(input)
      ? { ok: true, value: input }
      : { ok: false, message: `must be ${SIZE_FORM}, got ${input}` };
  }
  const [, digits, unit] = SIZE.exec(input) ?? [];
  if (digits === undefined || unit === undefined) {
    return {
      ok: false,
      message: `must be ${SIZE_FORM}, got ${quote(input)}`,
      remedy: "units are B, KiB, MiB, GiB and TiB",
    };
  }
  if (!isSizeUnit(unit) && unit !== "") {
    const prefix = ALMOST_A_SIZE_UNIT.exec(unit)?.[1]?.toUpperCase();
    return {
      ok: false,
      message: `must be ${SIZE_FORM}, got ${quote(input)}`,
      remedy:
        prefix === undefined
          ? "units are B, KiB, MiB, GiB and TiB"
          : `write "${digits}${prefix}iB": only binary units are read, so that nobody has to guess`,
    };
  }
  const bytes = Number(digits) * BYTES_PER_UNIT[unit === "" ? "B" : unit];
  return isCount(bytes)
    ? { ok: true, value: bytes }
    : { ok: false, message: `must be a whole number of bytes, got ${quote(input)}` };
}

/** The shortest text that {@link parseSize} reads as the same number of bytes, e.g. `2GiB`. */
export function formatSize(bytes: number): string {
  const units: readonly SizeUnit[] = ["TiB", "GiB", "MiB", "KiB"];
  const unit = units.find((candidate) => bytes !== 0 && bytes % BYTES_PER_UNIT[candidate] === 0) ?? "B";
  return `${bytes / BYTES_PER_UNIT[unit]}${unit}`;
}

const MS_PER_UNIT = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
type DurationUnit = keyof typeof MS_PER_UNIT;

/** For messages: how a duration is written. */
export const DURATION_FORM = 'a duration like "100ms", "5m" or "1h30m"';

const DURATION_PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;
const DURATION = new RegExp(`^(?:${DURATION_PART.source})+$`);

/**
 * Reads a duration as Go does (https://pkg.go.dev/time#ParseDuration): `100ms`, `5m`, `1h30m`, and `0`. A number is
 * milliseconds.
 *
 * @returns milliseconds
 */
export function parseDuration(input: string | number): Parsed<number> {
  if (typeof input === "number") {
    return isCount(input)
      ? { ok: true, value: input }
      : { ok: false, message: `must be ${DURATION_FORM} or a whole number of milliseconds, got ${input}` };
  }
  if (input === "0") return { ok: true, value: 0 };
  if (!DURATION.test(input)) {
    return {
      ok: false,
      message: `must be ${DURATION_FORM}, got ${quote(input)}`,
      remedy: durationRemedy(input),
    };
  }
  const ms = [...input.matchAll(DURATION_PART)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * MS_PER_UNIT[unit as DurationUnit],
    0,
  );
  // 1.005s is 1004.9999999999999 in binary floating point.
  const rounded = Math.round(ms);
  return Math.abs(ms - rounded) < 1e-6 && isCount(rounded)
    ? { ok: true, value: rounded }
    : { ok: false, message: `must be a whole number of milliseconds, got ${quote(input)}` };
}

/** In Go's syntax, largest unit first, e.g. `1h30m`; what etcd's own flags accept. */
export function formatDuration(ms: number): string {
  let rest = ms;
  let text = "";
  for (const [unit, size] of Object.entries(MS_PER_UNIT)) {
    const amount = Math.floor(rest / size);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * size;
  }
  return text === "" ? "0s" : text;
}

function durationRemedy(text: string): string {
  if (/^\d+$/.test(text)) return `write the unit: "${text}ms", "${text}s", "${text}m" or "${text}h"`;
  if (/^\d+d$/.test(text)) return `write hours: "${Number(text.slice(0, -1)) * 24}h"`;
  if (/\d(us|µs|ns)$/.test(text)) return "the smallest unit here is ms";
  return "units are ms, s, m and h";
}

function isSizeUnit(unit: string): unit is SizeUnit {
  return Object.hasOwn(BYTES_PER_UNIT, unit);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
