import { distance } from "fastest-levenshtein";
import { definitionJsonSchema, type JsonSchema } from "./json-schema";
import { quote } from "./quote";

/** More keys than this are a page of text, not a hint. */
const MOST_LISTED = 12;

let memo: ReadonlyMap<string, readonly string[]> | undefined;

/** What to write instead of an unknown key at `place`, e.g. `etcd.settings`. */
export function remedyForUnknownKey(key: string, place: string): string {
  memo ??= keysByPlace(definitionJsonSchema());
  const known = memo.get(place) ?? [];
  const byDistance = known
    .map((candidate) => ({ candidate, far: distance(normalized(key), normalized(candidate)) }))
    .toSorted((a, b) => a.far - b.far);
  const [nearest] = byDistance;
  if (nearest !== undefined && nearest.far <= Math.max(1, Math.floor(nearest.candidate.length * 0.4))) {
    return `did you mean ${quote(nearest.candidate)}?`;
  }
  const home = [...memo].find(([, keys]) => keys.includes(key))?.[0];
  if (home !== undefined) return `it belongs ${home === "" ? "to the top of the file" : `under ${home}`}`;
  return known.length <= MOST_LISTED
    ? `known here: ${known.join(", ")}`
    : `${known.length} keys are known here, the nearest are ${byDistance
        .slice(0, 5)
        .map(({ candidate }) => candidate)
        .join(", ")}`;
}

/** etcd's own spellings of a setting (`quota-backend-bytes`, `ETCD_QUOTA_BACKEND_BYTES`) are near ours. */
function normalized(key: string): string {
  return key
    .toLowerCase()
    .replace(/^etcd_/, "")
    .replace(/^experimental[-_]/, "")
    .replaceAll(/[-_]/g, "");
}

function keysByPlace(schema: JsonSchema, place = ""): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const add = (inner: JsonSchema | undefined, at: string) => {
    if (inner !== undefined) for (const [where, keys] of keysByPlace(inner, at)) found.set(where, keys);
  };
  const { properties, items, anyOf = [] } = schema;
  if (properties !== undefined) found.set(place, Object.keys(properties));
  for (const [key, inner] of Object.entries(properties ?? {}))
    add(inner, place === "" ? key : `${place}.${key}`);
  add(items, `${place}[]`);
  for (const inner of anyOf) add(inner, place);
  return found;
}
