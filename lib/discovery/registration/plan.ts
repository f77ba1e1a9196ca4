import { constants } from "node:os";
import { UsageError } from "../../errors";
import type { Entry, Layout } from "../layouts/layout";

import { newInstanceName } from "./instance-name";
import { lastingBuffer } from "./lasting-buffer";
import type { RegisterOptions } from "./options";

/** What is to stand in etcd. */
export interface Wanted<M> {
  readonly endpoint: string;
  readonly metadata: M;
  /** Both, in the words of the layout. */
  readonly value: Buffer;
  /** Which of the updates; 0 is what the registration began with. */
  readonly version: number;
}

/** The options of a registration, all of them given and right. */
export interface Plan<M> {
  readonly service: string;
  readonly instance: string;
  readonly key: string;
  readonly ttlSeconds: number;
  readonly onReplaced: "yield" | "retake";
  readonly withdrawOn: readonly NodeJS.Signals[];
  readonly wanted: Wanted<M>;
}

const DEFAULT_TTL_SECONDS = 15;
/**
 * A follower waits 1 to 2 s for its leader before it stands for election: election-timeout in https://etcd.io/docs/v3.5/tuning/, drawn
 * at random up to twice that (https://github.com/etcd-io/raft/blob/v3.6.0/raft.go, `resetRandomizedElectionTimeout`).
 */
const LEAST_TTL_SECONDS = 5;
/** What Node's timers can wait: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const GREATEST_TTL_SECONDS = Math.floor((2 ** 31 - 1) / 1000);

const UNCATCHABLE: readonly string[] = ["SIGKILL", "SIGSTOP"];

/** @throws UsageError naming all mistakes */
export function planOf<M extends object>(layout: Layout, options: RegisterOptions<M>): Plan<M> {
  const { service, instance = newInstanceName(), endpoint, metadata = {} as M } = options;
  const { ttlSeconds = DEFAULT_TTL_SECONDS, onReplaced = "yield", withdrawOn = ["SIGTERM"] } = options;
  const mistakes = mistakesOf({ endpoint, metadata });
  const key = keyOf(layout, service, instance, mistakes);
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < LEAST_TTL_SECONDS || ttlSeconds > GREATEST_TTL_SECONDS)
    mistakes.push(
      `ttlSeconds is ${String(ttlSeconds)}, and must be a whole number from ${LEAST_TTL_SECONDS} to ${GREATEST_TTL_SECONDS}`,
    );
  if (!["yield", "retake"].includes(onReplaced))
    mistakes.push(`onReplaced is ${shown(onReplaced)}, and must be "yield" or "retake"`);
  for (const signal of withdrawOn)
    if (!(signal in constants.signals) || UNCATCHABLE.includes(signal))
      mistakes.push(`withdrawOn names ${shown(signal)}, which is no signal that a process can listen to`);
  demandNone(mistakes);
  const wanted = encoded(layout, { service, instance }, { endpoint, metadata }, 0);
  return { service, instance, key, ttlSeconds, onReplaced, withdrawOn, wanted };
}

/** @throws UsageError naming all mistakes */
export function wantedOf<M extends object>(
  layout: Layout,
  name: { readonly service: string; readonly instance: string },
  entry: { readonly endpoint: string; readonly metadata: M },
  version: number,
): Wanted<M> {
  demandNone(mistakesOf(entry));
  return encoded(layout, name, entry, version);
}

function encoded<M>(
  layout: Layout,
  name: { readonly service: string; readonly instance: string },
  { endpoint, metadata }: { readonly endpoint: string; readonly metadata: M },
  version: number,
): Wanted<M> {
  // A copy, and as readers see it: what the application does to its own object later changes nothing in etcd.
  const copy = JSON.parse(JSON.stringify(metadata)) as M;
  const value = lastingBuffer(layout.encode({ ...name, endpoint, metadata: copy }));
  return { endpoint, metadata: copy, value, version };
}

function mistakesOf({ endpoint, metadata }: Entry): string[] {
  const mistakes: string[] = [];
  if (typeof endpoint !== "string" || endpoint === "")
    mistakes.push(`endpoint is ${shown(endpoint)}, and must say where to reach it, e.g. "10.0.3.7:8080"`);
  const problem = jsonProblem(metadata);
  if (problem !== undefined) mistakes.push(`metadata ${problem}`);
  return mistakes;
}

function keyOf(layout: Layout, service: string, instance: string, mistakes: string[]): string {
  try {
    return layout.keyOf(service, instance);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    mistakes.push(error.message);
    return "";
  }
}

function jsonProblem(metadata: unknown): string | undefined {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata))
    return `is ${shown(metadata)}, and must be an object`;
  try {
    JSON.stringify(metadata);
    return undefined;
  } catch (error) {
    return `cannot be written as JSON: ${(error as Error).message.split("\n")[0] ?? ""}`;
  }
}

function demandNone(mistakes: readonly string[]): void {
  if (mistakes.length > 0)
    throw new UsageError(mistakes.join("; "), { remedy: "Correct the options of the registration." });
}

function shown(value: unknown): string {
  return typeof value === "string" || Array.isArray(value) ? JSON.stringify(value) : String(value);
}
