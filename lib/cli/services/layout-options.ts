import { goNamingLayout, microLayout, type Layout } from "../../discovery";
import { oneOf } from "../one-of";

export interface LayoutOptions {
  readonly layout?: string | undefined;
  readonly keyPrefix?: string | undefined;
}

const LAYOUTS = { micro: microLayout, go: goNamingLayout } as const;
const NAMES = Object.keys(LAYOUTS) as (keyof typeof LAYOUTS)[];

/** @throws UsageError for a layout that there is not, or a prefix that it cannot have */
export function layoutOf({ layout = "micro", keyPrefix }: LayoutOptions): Layout {
  const make = LAYOUTS[oneOf("--layout", layout, NAMES)];
  return keyPrefix === undefined ? make() : make({ prefix: keyPrefix });
}
