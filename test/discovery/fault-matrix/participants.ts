import type { TimedChange } from "./judge";
import type { ActorProcess } from "./support/actor-process";
import type { Told } from "./support/protocol";

/** Somebody who registers, in a process of their own or with others. */
export interface Registrant {
  readonly actor: ActorProcess;
  readonly as: string;
  readonly key: string;
}

/** Somebody who watches, beginning with one certain member. */
export interface Watcher {
  readonly actor: ActorProcess;
  readonly as: string;
  /** What a list of several services is judged by, as only each of them is in order; `undefined` for all at once. */
  readonly services: readonly string[] | undefined;
  readonly selected: (key: string) => boolean;
  firstRevision: number;
}

export function changesOf({ actor, as }: Watcher): readonly TimedChange[] {
  return actor.told.filter((told): told is Told & TimedChange => told.as === as && told.what === "change");
}

/** Why the registrant last said that its entry was, or may be, lost. */
export function reasonOf({ actor, as }: Registrant): string | undefined {
  const last = actor.told.findLast(
    (told) => told.as === as && told.what === "state" && told.state === "recovering",
  );
  return last?.what === "state" ? last.reason : undefined;
}

/** Since when the registrant calls itself what it does now. */
export function stateOf({ actor, as }: Registrant): { state: string; at: number } {
  const last = actor.told.findLast((told) => told.as === as && told.what === "state");
  return last?.what === "state" ? last : { state: "none", at: 0 };
}

/** What the watcher has shown, each time it was another thing. */
export function shows({ actor, as }: Watcher): (Told & { what: "shows" })[] {
  return actor.told.filter(
    (told): told is Told & { what: "shows" } => told.as === as && told.what === "shows",
  );
}

/** How many instances there must be, as far as the watcher has been told by then; what it shows is looked at now and then only. */
export function toldOf(watcher: Watcher, at: number): number {
  const present = new Set<string>();
  for (const change of changesOf(watcher)) {
    if (change.at > at) break;
    if (change.type === "removed") present.delete(change.key);
    else present.add(change.key);
  }
  return present.size;
}

/** The longest time that the watcher called what it showed stale. */
export function staleMs(watcher: Watcher): number {
  let longest = 0;
  let since: number | undefined;
  // Everybody begins with nothing, which is stale.
  const all = shows(watcher);
  for (const { isStale, at } of all.slice(all.findIndex((each) => !each.isStale))) {
    if (isStale) since ??= at;
    else if (since !== undefined) {
      longest = Math.max(longest, at - since);
      since = undefined;
    }
  }
  return longest;
}
