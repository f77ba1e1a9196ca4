import { UsageError } from "../../errors";
import { isJsonObject, parseJson } from "./json";
import type { Layout } from "./layout";
import { nameMistakes } from "./names";

export interface MicroLayoutOptions {
  /** What all keys begin with. @default "/micro/" */
  readonly prefix?: string | undefined;
}

/**
 * `/micro/<service>/<instance>`, with `{"endpoint":…,"metadata":…}` as the value. A service may have slashes in its name, an instance none:
 * `/micro/user-srv/loginService/10.0.3.7-8080`.
 */
export function microLayout({ prefix = "/micro/" }: MicroLayoutOptions = {}): Layout {
  return {
    name: "micro",
    prefixOf: (service) => (service === undefined ? prefix : `${prefix}${service}/`),
    keyOf: (service, instance) => {
      const mistakes = nameMistakes({ service, instance, mayInstanceHaveSlashes: false });
      if (mistakes.length > 0) throw new UsageError(mistakes.join("; "));
      return `${prefix}${service}/${instance}`;
    },
    parseKey: (key) => {
      if (!key.startsWith(prefix)) return undefined;
      const rest = key.slice(prefix.length);
      const slash = rest.lastIndexOf("/");
      const name = { service: rest.slice(0, Math.max(0, slash)), instance: rest.slice(slash + 1) };
      return nameMistakes({ ...name, mayInstanceHaveSlashes: false }).length === 0 ? name : undefined;
    },
    encode: ({ endpoint, metadata }) => JSON.stringify({ endpoint, metadata }),
    decode: (value) => {
      const entry = parseJson(value);
      if (!isJsonObject(entry)) throw new Error("the value is no JSON object");
      const { endpoint, metadata } = entry;
      if (typeof endpoint !== "string" || endpoint === "") throw new Error("the value has no endpoint");
      return { endpoint, metadata: metadata ?? {} };
    },
  };
}
