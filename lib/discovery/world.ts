import type { Members } from "../client";
import type { Layout } from "./layouts/layout";
import type { Timing } from "./timing";

/** What everything of one registry shares. */
export interface World {
  readonly members: Members;
  readonly layout: Layout;
  readonly timing: Timing;
}
