import type { Layout } from "../../../lib/discovery/layouts/layout";
export const microLayout = (): Layout => ({
  name: "micro",
  prefixOf: (service) => (service === undefined ? "/micro/" : `/micro/${service}/`),
  keyOf: (service, instance) => `/micro/${service}/${instance}`,
  parseKey: (key, service) => {
    const m = /^\/micro\/(.+)\/([^/]+)$/.exec(key);
    if (m === null || (service !== undefined && m[1] !== service)) return undefined;
    return { service: m[1]!, instance: m[2]! };
  },
  encode: ({ endpoint, metadata }) => JSON.stringify({ endpoint, metadata }),
  decode: (v) => JSON.parse(v),
});
