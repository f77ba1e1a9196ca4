import type { RawWatch, WatchEvent, WatchReply } from "../../client";
import type { World } from "../world";
import { Backoff } from "./backoff";

interface Hint {
  readonly key: Buffer;
  readonly touched: (event: WatchEvent) => void;
}

const hintsOfWorlds = new WeakMap<World, Hints>();

/**
 * Tells of what happens to a key at once, most of the time. A hint and nothing more: while its member is frozen, or another one is being
 * connected to, nothing is told, nor later.
 *
 * @returns has it end
 */
export function hintsOf(world: World, key: Buffer, touched: Hint["touched"]): () => void {
  const hints = hintsOfWorlds.get(world) ?? new Hints(world);
  hintsOfWorlds.set(world, hints);
  return hints.add({ key, touched });
}

/** One stream to one member for all keys of a process. */
class Hints {
  private readonly hints = new Map<number, Hint>();
  private readonly backoff = new Backoff();
  private lastWatchId = 0;
  private watch: RawWatch | undefined;
  private isOpening = false;
  private again: NodeJS.Timeout | undefined;

  constructor(private readonly world: World) {}

  add(hint: Hint): () => void {
    const watchId = (this.lastWatchId += 1);
    this.hints.set(watchId, hint);
    if (this.watch === undefined) void this.open();
    else this.watch.create({ key: hint.key, watchId });
    return () => {
      if (!this.hints.delete(watchId)) return;
      if (this.hints.size === 0) this.close();
      else this.watch?.cancel(watchId);
    };
  }

  private async open(): Promise<void> {
    if (this.isOpening || this.again !== undefined) return;
    this.isOpening = true;
    try {
      const watch = await this.world.members.ranked()[0]?.watch({
        reply: (reply) => this.tell(reply),
        ended: (problem) => {
          this.watch = undefined;
          if (problem !== undefined) this.openLater();
        },
      });
      this.watch = watch;
      for (const [watchId, { key }] of this.hints) watch?.create({ key, watchId });
      if (this.hints.size === 0) this.close();
    } catch {
      // Whoever asks that member for more than hints tells what is the matter with it.
      this.openLater();
    } finally {
      this.isOpening = false;
    }
  }

  private openLater(): void {
    if (this.hints.size === 0 || this.again !== undefined) return;
    this.again = setTimeout(() => {
      this.again = undefined;
      void this.open();
    }, this.backoff.nextMs());
  }

  private tell({ watchId, events }: WatchReply): void {
    this.backoff.reset();
    for (const event of events) this.hints.get(watchId)?.touched(event);
  }

  private close(): void {
    clearTimeout(this.again);
    this.again = undefined;
    this.watch?.close();
    this.watch = undefined;
  }
}
