import { createColors } from "picocolors";
import type { Change, InvalidEntry, ServiceInstance, Snapshot } from "../../discovery";
import { oneLine } from "../../verification";
import { plainTable } from "../plain-table";
import { INSTANCE_HEADERS, instanceCells } from "./instances-table";
import { counted } from "./record-lines";

/** Long enough to be seen by somebody who looks up once in a while. */
const SHOWN_MS = 5000;

/** Of an entry that cannot be read; nobody tells when it goes. */
const LEFT_OUT_SHOWN_MS = 30_000;

const MARKS = { added: "+", changed: "~", removed: "-" } as const;

/** What is to be shown, and when: times are those of `Date.now()`. */
export interface BoardState {
  readonly snapshot: Snapshot;
  /** Why the snapshot is stale; undefined while it is not. */
  readonly staleReason: string | undefined;
  readonly now: number;
  readonly terminalRows: number;
}

interface Seen {
  readonly change: Change;
  readonly at: number;
}

/** The lines of a live table of instances; pure but for the changes that it is told of. */
export class ServicesBoard {
  private readonly seen = new Map<string, Seen>();
  private leftOut: { readonly entry: InvalidEntry; readonly at: number } | undefined;
  private readonly colors: ReturnType<typeof createColors>;

  constructor(color: boolean) {
    this.colors = createColors(color);
  }

  /** Marks an instance for a few seconds. */
  take(change: Change, now: number): void {
    if (this.leftOut?.entry.key === change.instance.key && change.type !== "removed")
      this.leftOut = undefined;
    this.seen.set(change.instance.key, { change, at: now });
  }

  leaveOut(entry: InvalidEntry, now: number): void {
    this.leftOut = { entry, at: now };
  }

  lines(state: BoardState): string[] {
    const { snapshot, terminalRows, now } = state;
    for (const [key, { at }] of this.seen) if (now - at >= SHOWN_MS) this.seen.delete(key);
    const head = [...this.title(snapshot), ...this.stale(state)];
    const foot = this.foot(state);
    // The headers, a line for those without room, and the row where the cursor stands.
    const room = Math.max(1, terminalRows - head.length - foot.length - 3);
    return [...head, ...this.table(this.withGone(snapshot.instances), room), ...foot];
  }

  private title({ instances }: Snapshot): string[] {
    const services = new Set(instances.map(({ service }) => service)).size;
    const counts = `${counted(instances.length, "instance")} of ${counted(services, "service")}`;
    return [`${counts}; Ctrl-C ends it`];
  }

  private stale({ snapshot, staleReason, now }: BoardState): string[] {
    if (!snapshot.isStale) return [];
    const why = staleReason === undefined ? "" : `: ${oneLine(staleReason)}`;
    const { confirmedAt } = snapshot;
    if (confirmedAt === undefined) return [this.colors.yellow(`not listed yet${why}`)];
    const since = new Date(confirmedAt).toLocaleTimeString("en-GB");
    return [this.colors.red(`stale since ${since} (${seconds(now - confirmedAt)})${why}`)];
  }

  private table(instances: readonly ServiceInstance[], room: number): string[] {
    const shown = this.fitting(instances, room);
    const rows = shown.map((instance) => [this.markOf(instance.key), ...instanceCells(instance)]);
    const [headers = "", ...lines] = plainTable([" ", ...INSTANCE_HEADERS], rows).split("\n");
    const left = instances.length - shown.length;
    return [
      headers,
      ...lines.map((line, index) => this.painted(line, shown[index]?.key)),
      ...(left > 0 ? [this.colors.dim(`  … ${left} more`)] : []),
    ];
  }

  private foot({ snapshot, now }: BoardState): string[] {
    if (this.leftOut !== undefined && now - this.leftOut.at >= LEFT_OUT_SHOWN_MS) this.leftOut = undefined;
    const { yellow, dim } = this.colors;
    const entry = this.leftOut?.entry;
    return [
      ...(entry === undefined
        ? []
        : [yellow(`left out, as it cannot be read: ${oneLine(`${entry.key}: ${entry.reason}`)}`)]),
      dim(`revision ${String(snapshot.revision)}`),
    ];
  }

  /** Those that are there and those that have just gone, each in its place. */
  private withGone(instances: readonly ServiceInstance[]): readonly ServiceInstance[] {
    const gone = [...this.seen.values()]
      .filter(({ change }) => change.type === "removed")
      .map(({ change }) => change.instance);
    if (gone.length === 0) return instances;
    return [...instances, ...gone].toSorted((one, other) => (one.key < other.key ? -1 : 1));
  }

  /** Where there is no room for all, those with news come first. */
  private fitting(instances: readonly ServiceInstance[], room: number): readonly ServiceInstance[] {
    if (instances.length <= room) return instances;
    const news = instances.filter(({ key }) => this.seen.has(key)).slice(0, room);
    const others = instances.filter(({ key }) => !this.seen.has(key)).slice(0, room - news.length);
    const chosen = new Set([...news, ...others]);
    return instances.filter((instance) => chosen.has(instance));
  }

  private markOf(key: string): string {
    const seen = this.seen.get(key);
    return seen === undefined ? " " : MARKS[seen.change.type];
  }

  private painted(line: string, key: string | undefined): string {
    const { green, yellow, red } = this.colors;
    const type = key === undefined ? undefined : this.seen.get(key)?.change.type;
    return type === undefined ? line : { added: green, changed: yellow, removed: red }[type](line);
  }
}

const seconds = (ms: number): string => `${Math.floor(Math.max(0, ms) / 1000)}s`;
