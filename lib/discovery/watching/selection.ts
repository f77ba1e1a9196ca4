import { isUtf8 } from "node:buffer";
import { UsageError } from "../../errors";
import { AllMistakes } from "../all-mistakes";
import type { Layout } from "../layouts/layout";
import type { Selection } from "./changes";

/** Whose key it is. */
export interface InstanceName {
  readonly service: string;
  readonly instance: string;
}

/** One range of keys that is listed and watched, and which of its keys count. */
export interface Scope {
  readonly prefix: string;
  /** `undefined` for a key that is none of an instance looked for. */
  nameOf(key: Buffer): InstanceName | undefined;
}

/** @throws UsageError for names that are none */
export function scopesOf(selection: Selection, layout: Layout): readonly Scope[] {
  if (typeof selection === "object" && "all" in selection) return [scopeOfAll(selection.below, layout)];
  const services = [...new Set(typeof selection === "string" ? [selection] : selection)];
  if (services.length === 0) throw noService("no service was named");
  const mistakes = new AllMistakes();
  for (const service of services) mistakes.in(() => demandName(service, layout));
  mistakes.demandNone();
  const scopes = services.map((service) => scopeOf(service, layout));
  return scopes.map((scope) => withoutInner(scope, scopes));
}

/** Only the layout knows what may be a name. */
function demandName(service: string, layout: Layout): void {
  try {
    layout.keyOf(service, "instance");
  } catch (error) {
    throw error instanceof UsageError ? noService(error.message) : error;
  }
}

/** With go-naming the keys of `a/b` are some of those of `a`: whoever follows both is told of each key once, as one of `a/b`. */
function withoutInner(scope: Scope, scopes: readonly Scope[]): Scope {
  const inner = scopes.filter((other) => other !== scope && other.prefix.startsWith(scope.prefix));
  if (inner.length === 0) return scope;
  return {
    prefix: scope.prefix,
    nameOf: (key) =>
      inner.some((other) => key.toString().startsWith(other.prefix) && other.nameOf(key) !== undefined)
        ? undefined
        : scope.nameOf(key),
  };
}

function scopeOf(service: string, layout: Layout): Scope {
  return {
    prefix: layout.prefixOf(service),
    nameOf: (key) => {
      const name = parse(key, layout, service);
      return name?.service === service ? name : undefined;
    },
  };
}

function scopeOfAll(below: string | undefined, layout: Layout): Scope {
  if (below === undefined) return { prefix: layout.prefixOf(), nameOf: (key) => parse(key, layout) };
  const start = below.endsWith("/") ? below : `${below}/`;
  demandName(start.slice(0, -1), layout);
  return {
    prefix: layout.prefixOf(start.slice(0, -1)),
    nameOf: (key) => {
      const name = parse(key, layout);
      return name?.service.startsWith(start) === true ? name : undefined;
    },
  };
}

/** Keys are bytes, and names are text: what is none would come out as another key. */
function parse(key: Buffer, layout: Layout, service?: string): InstanceName | undefined {
  return isUtf8(key) ? layout.parseKey(key.toString(), service) : undefined;
}

function noService(message: string): UsageError {
  return new UsageError(message, {
    remedy: "Name one service or several, e.g. `user-srv/loginService`, or ask for { all: true }.",
  });
}
