import { once } from "node:events";
import type { Discovery, EndpointProblem, ProblemKind, Snapshot } from "../../discovery";
import { staleReasonOf } from "./stale-reason";
import type { WatchRecord } from "./instances-json";

/** Shows what a watch tells. */
export interface Screen {
  show(record: WatchRecord): void;
  /** Why the snapshot is stale, as far as is known by now. */
  setReason(reason: string): void;
  /** Nothing is shown after this. */
  end(): void;
}

/**
 * Tells a screen all that a discovery finds out, until the signal.
 *
 * @returns what was known last; stale, if nothing was listed until then
 * @throws EndpointProblem for what does not pass by itself
 */
export async function follow(discovery: Discovery, screen: Screen, signal: AbortSignal): Promise<Snapshot> {
  let problem: EndpointProblem | undefined;
  /** Since it became stale: a better reason may come later, and the same ones take turns for as long as it lasts. */
  const told = new Set<ProblemKind | undefined>();
  const stale = (snapshot: Snapshot): void => {
    if (told.has(problem?.kind)) return;
    told.add(problem?.kind);
    screen.show({ type: "stale", snapshot, reason: staleReasonOf(problem) });
  };
  discovery.on("problem", (latest) => {
    problem = latest;
    screen.setReason(staleReasonOf(latest));
    // What was never known cannot become stale, and nobody else says that it takes long.
    if (told.size > 0 || discovery.snapshot.confirmedAt === undefined) stale(discovery.snapshot);
  });
  discovery.on("stale", stale);
  discovery.on("fresh", (snapshot) => {
    told.clear();
    problem = undefined;
    screen.show({ type: "fresh", snapshot });
  });
  discovery.on("change", (change) => screen.show({ type: "change", change }));
  discovery.on("invalid", (entry) => screen.show({ type: "invalid", entry }));
  await discovery.ready({ signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (!signal.aborted) await once(signal, "abort");
  return discovery.snapshot;
}
