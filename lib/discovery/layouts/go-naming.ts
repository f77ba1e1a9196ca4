import { UsageError } from "../../errors";
import { isJsonObject, parseJson } from "./json";
import type { Layout } from "./layout";
import { nameMistakes } from "./names";

export interface GoNamingLayoutOptions {
  /** What all keys begin with; a target of Go's is this and the service. @default "" */
  readonly prefix?: string | undefined;
}

/** An endpoint that is there; the other one, 1, is never written. */
const ADD = 0;

/**
 * What etcd's Go package `naming/endpoints` writes and its gRPC resolver reads: `<target>/<anything>`, with
 * `{"Op":0,"Addr":…,"Metadata":…}` as the value.
 * https://github.com/etcd-io/etcd/blob/v3.5.16/client/v3/naming/endpoints/endpoints_impl.go
 */
export function goNamingLayout({ prefix = "" }: GoNamingLayoutOptions = {}): Layout {
  return {
    name: "go-naming",
    prefixOf: (service) => (service === undefined ? prefix : `${prefix}${service}/`),
    keyOf: (service, instance) => {
      const mistakes = nameMistakes({ service, instance, mayInstanceHaveSlashes: true });
      if (mistakes.length > 0) throw new UsageError(mistakes.join("; "));
      return `${prefix}${service}/${instance}`;
    },
    parseKey: (key, wanted) => {
      if (!key.startsWith(prefix)) return undefined;
      const rest = key.slice(prefix.length);
      const slash =
        wanted !== undefined && rest.startsWith(`${wanted}/`) ? wanted.length : rest.lastIndexOf("/");
      const name = { service: rest.slice(0, Math.max(0, slash)), instance: rest.slice(slash + 1) };
      return nameMistakes({ ...name, mayInstanceHaveSlashes: true }).length === 0 ? name : undefined;
    },
    encode: ({ endpoint, metadata }) =>
      JSON.stringify({ Op: ADD, Addr: endpoint, Metadata: metadata ?? null }),
    decode: (value) => {
      const entry = parseJson(value);
      if (!isJsonObject(entry)) throw new Error("the value is no JSON object");
      const { Addr: endpoint, Metadata: metadata } = entry;
      if (typeof endpoint !== "string" || endpoint === "") throw new Error("the value has no Addr");
      // Go writes null for none.
      return { endpoint, metadata: metadata ?? {} };
    },
  };
}
