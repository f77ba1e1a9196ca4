import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { now } from "./protocol";

/** One thing that happened to a key, as etcd itself has it. */
export interface Happened {
  readonly revision: number;
  readonly type: "put" | "delete";
  readonly key: string;
  /** When the first of the members told. */
  readonly at: number;
}

/** How to call etcdctl for one member. */
export interface Etcdctl {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** What `etcdctl watch -w json` prints; 64-bit numbers that JSON.parse would spoil are none of ours. */
interface Reply {
  readonly CompactRevision: number;
  readonly Events:
    | readonly {
        readonly type?: number;
        readonly kv: { readonly key: string; readonly mod_revision: number };
      }[]
    | null;
}

/**
 * The truth: all that happens to the keys below a prefix, as etcdctl is told by each of the members, none of which must be alive all the
 * time. Nothing of this project takes part.
 */
export class Recorder {
  private readonly byRevision = new Map<string, Happened>();
  private ordered: Happened[] | undefined;
  private isStopped = false;

  constructor(
    private readonly prefix: string,
    members: readonly Etcdctl[],
  ) {
    for (const member of members) void this.listen(member);
  }

  /** In order; several of one revision, which come in one reply, in the order of that. */
  get history(): readonly Happened[] {
    this.ordered ??= [...this.byRevision.values()].sort((one, other) => one.revision - other.revision);
    return this.ordered;
  }

  stop(): void {
    this.isStopped = true;
    for (const child of this.children) child.kill("SIGKILL");
  }
  private readonly children = new Set<ChildProcess>();

  private async listen({ program, args, env }: Etcdctl): Promise<void> {
    let next = 1;
    while (!this.isStopped) {
      const words = ["watch", "--prefix", `--rev=${next}`, "-w", "json", ...args, this.prefix];
      const child = spawn(program, words, { env, stdio: ["ignore", "pipe", "ignore"] });
      running.add(child);
      this.children.add(child);
      createInterface({ input: child.stdout }).on("line", (line) => {
        const { CompactRevision, Events } = JSON.parse(line) as Reply;
        // Another member has told what is gone here.
        next = Math.max(next, CompactRevision);
        for (const { type, kv } of Events ?? []) {
          this.note(kv.mod_revision, type === 1 ? "delete" : "put", Buffer.from(kv.key, "base64").toString());
          next = kv.mod_revision + 1;
        }
      });
      await new Promise((resolve) => child.once("close", resolve));
      running.delete(child);
      this.children.delete(child);
      // Ended by a compaction, or by a token that the member does not know any more.
      await sleep(100);
    }
  }

  private note(revision: number, type: Happened["type"], key: string): void {
    const id = `${revision} ${key}`;
    if (this.byRevision.has(id)) return;
    this.byRevision.set(id, { revision, type, key, at: now() });
    this.ordered = undefined;
  }
}
