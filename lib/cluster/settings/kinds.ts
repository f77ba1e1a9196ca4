import { quote } from "../quote";
import {
  DURATION_FORM,
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
  SIZE_FORM,
  type Parsed,
} from "../units";

/** What the values of a setting may be, how a person writes them and how etcd reads them. */
export interface Kind<V> {
  /** JSON Schema of what a person may write. */
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  /** From what a person wrote, whatever it is. */
  parse(input: unknown): Parsed<V>;
  /** As a person would write it; {@link parse} reads it back to the same value. */
  show(value: V): string | number | boolean | readonly string[];
  /** As etcd reads it from an environment variable. */
  write(value: V): string;
}

interface Range {
  readonly min?: number;
  readonly max?: number;
}

export function boolean(): Kind<boolean> {
  return {
    jsonSchema: { type: "boolean" },
    parse: (input) =>
      typeof input === "boolean" ? { ok: true, value: input } : mustBe("true or false", input),
    show: (value) => value,
    write: String,
  };
}

export function integer(range: Range = {}): Kind<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range;
  const allowed =
    range.max === undefined ? `a whole number, at least ${min}` : `a whole number, from ${min} to ${max}`;
  return {
    jsonSchema: { type: "integer", ...bounds(range) },
    parse: (input) =>
      typeof input === "number" && Number.isSafeInteger(input) && input >= min && input <= max
        ? { ok: true, value: input }
        : mustBe(allowed, input),
    show: (value) => value,
    write: String,
  };
}

/** Bytes. */
export function size(range: Range = {}): Kind<number> {
  return measured({
    form: SIZE_FORM,
    pattern: "^\\d+(\\.\\d+)? ?(B|KiB|MiB|GiB|TiB)?$",
    parse: parseSize,
    show: formatSize,
    write: String,
    range,
  });
}

/** Milliseconds. Nearly all of etcd's flags take Go's syntax; the two oldest take a bare number of milliseconds. */
export function duration(range: Range = {}, written: "go" | "milliseconds" = "go"): Kind<number> {
  return measured({
    form: DURATION_FORM,
    pattern: "^(0|(\\d+(\\.\\d+)?(ms|s|m|h))+)$",
    parse: parseDuration,
    show: formatDuration,
    write: written === "go" ? formatDuration : String,
    range,
  });
}

export function oneOf<const V extends string>(values: readonly V[]): Kind<V> {
  return {
    jsonSchema: { type: "string", enum: values },
    parse: (input) => {
      const value = values.find((candidate) => candidate === input);
      return value === undefined ? mustBe(oneOfText(values), input) : { ok: true, value };
    },
    show: (value) => value,
    write: (value) => value,
  };
}

export function text(pattern: RegExp, allowed: string): Kind<string> {
  return {
    jsonSchema: { type: "string", pattern: pattern.source },
    parse: (input) =>
      typeof input === "string" && pattern.test(input) ? { ok: true, value: input } : mustBe(allowed, input),
    show: (value) => value,
    write: (value) => value,
  };
}

/** etcd splits lists at commas, so `item` must not accept one. */
export function listOf<V extends string>(item: Kind<V>): Kind<readonly V[]> {
  return {
    jsonSchema: { type: "array", items: item.jsonSchema, minItems: 1, uniqueItems: true },
    parse: (input) => {
      if (!Array.isArray(input) || input.length === 0) return mustBe("a list with at least one item", input);
      const values: V[] = [];
      for (const [index, element] of input.entries()) {
        const parsed = item.parse(element);
        if (!parsed.ok) return { ...parsed, message: `item ${index + 1} ${parsed.message}` };
        if (values.includes(parsed.value))
          return { ok: false, message: `must not repeat an item, got ${quote(element)} twice` };
        values.push(parsed.value);
      }
      return { ok: true, value: values };
    },
    show: (value) => value,
    write: (value) => value.join(","),
  };
}

/** How much history auto compaction keeps: a length of time (mode periodic) or a number of revisions (mode revision). */
export type CompactionRetention = { readonly durationMs: number } | { readonly revisions: number };

export function compactionRetention(): Kind<CompactionRetention> {
  const allowed =
    'a duration like "1h" (mode periodic), a number of revisions like 1000 (mode revision) or 0 (off)';
  const show = (value: CompactionRetention): string | number =>
    "revisions" in value ? value.revisions : formatDuration(value.durationMs);
  return {
    jsonSchema: { anyOf: [{ type: "string" }, { type: "integer", minimum: 0 }] },
    parse: (input) => {
      const count = typeof input === "string" && /^\d+$/.test(input) ? Number(input) : input;
      if (typeof count === "number") {
        return Number.isSafeInteger(count) && count >= 0
          ? { ok: true, value: { revisions: count } }
          : mustBe(allowed, input);
      }
      const parsed = typeof count === "string" ? parseDuration(count) : undefined;
      if (parsed === undefined) return mustBe(allowed, input);
      return parsed.ok
        ? { ok: true, value: { durationMs: parsed.value } }
        : { ...parsed, message: `must be ${allowed}, got ${quote(input)}` };
    },
    show,
    write: (value) => String(show(value)),
  };
}

function measured(measure: {
  readonly form: string;
  readonly pattern: string;
  readonly parse: (input: string | number) => Parsed<number>;
  readonly show: (value: number) => string;
  readonly write: (value: number) => string;
  readonly range: Range;
}): Kind<number> {
  const { form, pattern, parse, show, write, range } = measure;
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range;
  return {
    jsonSchema: {
      anyOf: [
        { type: "string", pattern },
        { type: "integer", ...bounds(range) },
      ],
    },
    parse: (input) => {
      if (typeof input !== "string" && typeof input !== "number") return mustBe(form, input);
      const parsed = parse(input);
      if (!parsed.ok) return parsed;
      if (parsed.value < min) return mustBe(`at least ${show(min)}`, input);
      if (parsed.value > max) return mustBe(`at most ${show(max)}`, input);
      return parsed;
    },
    show,
    write,
  };
}

function bounds({ min = 0, max }: Range): Record<string, number> {
  return { minimum: min, ...(max === undefined ? {} : { maximum: max }) };
}

function mustBe(allowed: string, input: unknown): { readonly ok: false; readonly message: string } {
  return { ok: false, message: `must be ${allowed}, got ${quote(input)}` };
}

function oneOfText(values: readonly string[]): string {
  const quoted = values.map((value) => `"${value}"`);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}
