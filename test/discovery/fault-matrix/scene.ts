import { expect, vi } from "vitest";
import type { UserCredentials } from "../../../lib/client";
import type { Selection } from "../../../lib/discovery/watching/changes";
import { coveredBy } from "./covered-by";
import { prefix, type Ground } from "./ground";
import { judge, standingAt } from "./judge";
import { changesOf, shows, staleMs, stateOf, toldOf, type Registrant, type Watcher } from "./participants";
import { overlapMs, type Period } from "./period";
import type { ActorProcess } from "./support/actor-process";
import { now } from "./support/protocol";
import type { Happened } from "./support/recorder";

/** The shortest that a registration may have. */
export const ttlSeconds = 5;

/** Whatever was done to the cluster, after so long all is as it should be. */
const healDeadlineMs = 30_000;

/** How much later than the first of the members a watcher may tell of something, whatever is broken. */
const longestLagMs = 1500;

/** What came of a scene, in milliseconds. */
export interface Outcome {
  /** Of changes that were told as they happened. */
  readonly lagMs: number;
  /** Longest time that a watcher called what it showed stale. */
  readonly staleMs: number;
  /** How often a watcher had to list again. */
  readonly lists: number;
}

export interface SceneOptions {
  /** @default - none */
  readonly user?: UserCredentials | undefined;
}

/** Three who register and three who watch, one at each member, and what becomes of them. */
export class Scene {
  readonly watchers: Watcher[] = [];
  readonly residents: Registrant[] = [];
  private readonly guests = new Set<ActorProcess>();
  private readonly registries: { actor: ActorProcess; as: string }[] = [];
  private readonly company: ActorProcess;
  private firstRevision = 0;
  private stirred = 0;

  private constructor(
    private readonly ground: Ground,
    readonly name: string,
    private readonly options: SceneOptions,
  ) {
    this.company = ground.company;
  }

  static async open(ground: Ground, name: string, options: SceneOptions = {}): Promise<Scene> {
    const scene = new Scene(ground, name, options);
    ground.evidence = () => scene.evidence();
    await Promise.all(ground.members.map((_, index) => scene.addResident(index)));
    const before = ground.recorder.history.at(-1)?.revision ?? 0;
    scene.firstRevision = before;
    const services = ["residents", "guests", "newcomers", "end"].map((each) => scene.service(each));
    const selections: readonly Selection[] = [{ all: true }, services, { all: true, below: name }];
    await Promise.all(selections.map((selection, index) => scene.addWatcher(index, selection)));
    return scene;
  }

  service(kind: string): string {
    return `${this.name}/${kind}`;
  }

  private keyOf(kind: string, instance: string): string {
    return `${prefix}${this.service(kind)}/${instance}`;
  }

  private async addResident(index: number): Promise<void> {
    const as = `${this.name} resident ${index + 1}`;
    this.residents[index] = await this.register(this.company, as, "residents", String(index + 1), index);
  }

  private async addWatcher(index: number, selection: Selection): Promise<void> {
    const as = `${this.name} watcher ${index + 1}`;
    this.watchers[index] = await this.watch(this.company, as, selection, index);
  }

  private connect(
    actor: ActorProcess,
    as: string,
    firstMember: number,
    endpoints = this.ground.cluster.endpoints,
  ): string {
    const registry = `${as}'s registry`;
    const where = { ...this.ground.where(this.options.user), endpoints };
    actor.order({ do: "connect", as: registry, where, firstMember });
    this.registries.push({ actor, as: registry });
    return registry;
  }

  async register(
    actor: ActorProcess,
    as: string,
    kind: string,
    instance: string,
    firstMember = 0,
  ): Promise<Registrant> {
    const registry = this.connect(actor, as, firstMember);
    const registering = { service: this.service(kind), instance, ttlSeconds };
    await actor.have({ do: "register", as, registry, registering }, "ready");
    return { actor, as, key: this.keyOf(kind, instance) };
  }

  /** @param endpoints those that are known to the watcher; all, unless said otherwise */
  async watch(
    actor: ActorProcess,
    as: string,
    selection: Selection,
    firstMember = 0,
    endpoints?: string[],
  ): Promise<Watcher> {
    const registry = this.connect(actor, as, firstMember, endpoints);
    const ready = await actor.have({ do: "discover", as, registry, selection }, "ready");
    const services = Array.isArray(selection) ? (selection as readonly string[]) : undefined;
    return {
      actor,
      as,
      services,
      selected: coveredBy(selection),
      firstRevision: Number(ready.what === "ready" ? ready.revision : 0),
    };
  }

  /** Who registers in a process of their own. */
  async guest(instance: string, firstMember = 0): Promise<Registrant> {
    return this.register(
      this.guestProcess(),
      `${this.name} guest ${instance}`,
      "guests",
      instance,
      firstMember,
    );
  }

  /** Registrations that come, change and go, in a process of their own. @returns ends them all */
  async churn(options: {
    readonly instances: number;
    readonly perSecond: number;
  }): Promise<() => Promise<void>> {
    const actor = this.guestProcess();
    const as = `${this.name} churn`;
    const registry = this.connect(actor, as, 0);
    await actor.have({ do: "churn", as, registry, service: this.service("newcomers"), ...options }, "ready");
    return async () => {
      await actor.have({ do: "close", as }, "closed");
    };
  }

  guestProcess(): ActorProcess {
    const actor = this.ground.actor();
    this.guests.add(actor);
    return actor;
  }

  /** Somebody changes, somebody comes and somebody goes; all of them ask this member first. */
  async stir(index = 0): Promise<void> {
    this.stirred += 1;
    const instance = String(this.stirred);
    const { actor, as } = this.residents[index]!;
    const coming = async (): Promise<void> => {
      const newcomer = await this.register(
        actor,
        `${this.name} newcomer ${instance}`,
        "newcomers",
        instance,
        index,
      );
      await actor.have({ do: "close", as: newcomer.as }, "closed");
    };
    const changing = actor.have({ do: "update", as, metadata: { stirred: this.stirred } }, "updated");
    await Promise.all([changing, coming()]);
  }

  /** All that has happened since the scene began. */
  get history(): readonly Happened[] {
    return this.ground.recorder.history.filter(({ revision }) => revision > this.firstRevision);
  }

  /** Waits until something has happened to a key, and whoever watches it has told of it. */
  async happens(
    type: Happened["type"],
    key: string,
    since: number,
    watchers: readonly Watcher[] = this.watchers,
  ): Promise<{ etcdAt: number; toldAt: number }> {
    return vi.waitFor(
      () => {
        const one = this.history.find((each) => each.key === key && each.type === type && each.at >= since);
        if (one === undefined) throw new Error(`no ${type} of ${key}`);
        const revision = String(one.revision);
        const times = watchers.map(
          (watcher) => changesOf(watcher).find((each) => each.key === key && each.revision === revision)?.at,
        );
        if (times.some((at) => at === undefined)) throw new Error(`not told: ${type} of ${key}`);
        return { etcdAt: one.at, toldAt: Math.max(...times.map(Number)) };
      },
      { timeout: healDeadlineMs, interval: 50 },
    );
  }

  /** Waits until all residents say that they are registered. @returns when the last one came to say it */
  async registered(residents: readonly Registrant[] = this.residents): Promise<number> {
    return vi.waitFor(
      () => {
        const states = residents.map((each) => stateOf(each));
        expect(states.map(({ state }) => state)).toEqual(residents.map(() => "registered"));
        return Math.max(...states.map(({ at }) => at));
      },
      { timeout: healDeadlineMs, interval: 50 },
    );
  }

  /** Waits until all watchers call what they show stale, or not. @returns when the last one came to say it */
  async show(isStale: boolean): Promise<number> {
    return vi.waitFor(
      () => {
        const last = this.watchers.map((watcher) => shows(watcher).at(-1));
        expect(last.map((each) => each?.isStale)).toEqual(this.watchers.map(() => isStale));
        return Math.max(...last.map((each) => each?.at ?? 0));
      },
      { timeout: healDeadlineMs, interval: 20 },
    );
  }

  /**
   * Waits until all that has happened is known to everybody, and compares it.
   *
   * @param allowed.mayGo residents whose entries something was done to
   * @param allowed.mayBeLate watchers that something was done to
   * @param allowed.leaderless times in which the members could agree on nothing: one of them alone can tell of things, and whoever has
   * lost another one may not take its word for it. They make nobody late.
   */
  async end({
    mayGo = [],
    mayBeLate = [],
    leaderless = [],
  }: {
    readonly mayGo?: readonly Registrant[];
    readonly mayBeLate?: readonly Watcher[];
    readonly leaderless?: readonly Period[];
  } = {}): Promise<Outcome> {
    await this.registered();
    await this.caughtUp();
    const faults = [...(await this.missing(mayGo))];
    const lags: { change: string; lagMs: number }[] = [];
    let lists = 0;
    for (const watcher of this.watchers) {
      const judged = this.judge(watcher);
      faults.push(...judged.faults, ...(await this.wrongAtLast(watcher)));
      const late = judged.lags.map(({ change, lagMs, at }) => ({
        change,
        lagMs: lagMs - overlapMs({ from: at, to: at + lagMs }, leaderless),
      }));
      if (!mayBeLate.includes(watcher)) lags.push(...late);
      lists += judged.lists;
    }
    const late = lags.filter(({ lagMs }) => lagMs > longestLagMs);
    faults.push(...late.map(({ change, lagMs }) => `${change} was told ${Math.round(lagMs)} ms late`));
    if (faults.length > 0) throw new Error(faults.join("\n"));
    return {
      lagMs: Math.max(0, ...lags.map(({ lagMs }) => lagMs)),
      staleMs: Math.max(0, ...this.watchers.map((watcher) => staleMs(watcher))),
      lists,
    };
  }

  /** Of the residents' entries; `undefined` if none ever went. */
  longestGoneMs(): number | undefined {
    const gaps = this.history.flatMap((gone, index) => {
      if (gone.type !== "delete" || !this.residents.some(({ key }) => key === gone.key)) return [];
      const back = this.history.slice(index).find(({ type, key }) => type === "put" && key === gone.key);
      return back === undefined ? [] : [back.at - gone.at];
    });
    return gaps.length === 0 ? undefined : Math.max(...gaps);
  }

  async close(): Promise<void> {
    const ours = this.registries.filter(({ actor }) => !this.guests.has(actor));
    await Promise.all(ours.map(({ actor, as }) => actor.have({ do: "close", as }, "closed")));
    await Promise.all(Array.from(this.guests, (actor) => this.ground.dismiss(actor)));
  }

  /** One more thing happens, by other means than ours, and when that is told all before it was. */
  async caughtUp(watchers: readonly Watcher[] = this.watchers): Promise<void> {
    const key = this.keyOf("end", "1");
    const value = JSON.stringify({ endpoint: "http://127.0.0.1:1", metadata: {} });
    const put = now();
    await vi.waitFor(() => this.ground.etcdctl("put", key, value), {
      timeout: healDeadlineMs,
      interval: 100,
    });
    await this.happens("put", key, put, watchers);
  }

  /** Which entries went that should not have, or are not there. */
  private async missing(mayGo: readonly Registrant[]): Promise<string[]> {
    const { history, ground } = this;
    const standing = standingAt(ground.recorder.history, Infinity);
    const faults: string[] = [];
    for (const resident of this.residents) {
      const { key } = resident;
      if (!standing.has(key)) faults.push(`${key} is not there`);
      const went = history.filter((each) => each.key === key && each.type === "delete");
      if (!mayGo.includes(resident))
        faults.push(...went.map(({ revision }) => `${revision} ${key} went without cause`));
    }
    // IDs of leases are larger than what JSON.parse keeps of a number.
    const entries = await ground.etcdctl("get", "--prefix", this.keyOf("residents", ""), "-w", "json");
    const leases = Array.from(entries.matchAll(/"lease":(\d+)/g), ([, id]) => BigInt(id ?? 0).toString(16));
    const alive = await ground.etcdctl("lease", "list");
    const without = leases.filter((id) => !alive.includes(id));
    if (without.length > 0 || leases.length !== this.residents.length)
      faults.push(`leases ${leases.join(", ")}, of which live:\n${alive}`);
    return faults;
  }

  private judge(watcher: Watcher): ReturnType<typeof judge> {
    const all = changesOf(watcher);
    const { firstRevision, services } = watcher;
    const covers = services?.map((service) => coveredBy(service)) ?? [watcher.selected];
    const judged = covers.map((each) =>
      judge(this.ground.recorder.history, {
        firstRevision,
        covers: each,
        told: all.filter(({ key }) => each(key)),
      }),
    );
    const emptied = shows(watcher).some(
      ({ isStale, count, at }, index) => index > 0 && isStale && count === 0 && toldOf(watcher, at) > 0,
    );
    return {
      faults: [
        ...judged.flatMap(({ faults }) => faults.map((fault) => `${watcher.as}: ${fault}`)),
        ...(emptied ? [`${watcher.as}: showed nothing while it was stale`] : []),
      ],
      lags: judged.flatMap(({ lags }) =>
        lags.map((lag) => ({ ...lag, change: `${watcher.as}: ${lag.change}` })),
      ),
      lists: Math.max(...judged.map(({ lists }) => lists)),
    };
  }

  /** What a watcher shows at the end, against what stands there. */
  private async wrongAtLast({ actor, as, selected }: Watcher): Promise<string[]> {
    const told = await actor.have({ do: "show", as }, "shown");
    const shown = told.what === "shown" ? told.shown : [];
    const standing = [...standingAt(this.ground.recorder.history, Infinity)]
      .filter(([key]) => selected(key))
      .map(([key, revision]) => `${key} ${revision}`)
      .sort();
    const same = JSON.stringify([...shown].sort()) === JSON.stringify(standing);
    return same ? [] : [`${as} shows ${shown.join(", ")}; there is ${standing.join(", ")}`];
  }

  /** What there is to find the cause by. */
  private evidence(): string {
    const began = this.history[0]?.at ?? now();
    const truth = this.history.map(({ at, revision, type, key }) => ({
      at,
      line: `etcd: ${revision} ${type} ${key}`,
    }));
    const told = this.company.told
      .filter(({ as, what }) => as.startsWith(this.name) && what !== "shown")
      .map(({ at, ...rest }) => ({ at, line: JSON.stringify(rest) }));
    return [...truth, ...told]
      .sort((one, other) => one.at - other.at)
      .map(({ at, line }) => `${Math.round(at - began)} ${line}`)
      .join("\n");
  }
}

/**
 * That whoever watches knows of the end of an instance within its TTL and a second. Where etcd itself was later than that, as on a machine
 * that has too much to do, half a second after etcd.
 */
export function expectKnownInTime(expired: { etcdAt: number; toldAt: number }, began: number): void {
  const dueMs = Math.max((ttlSeconds + 1) * 1000, expired.etcdAt - began + 500);
  expect(expired.toldAt - began).toBeLessThanOrEqual(dueMs);
}

/** Waits until every lease that nobody could renew since then has ended. */
export async function outlastLeases(since: number): Promise<void> {
  const isLongAgo = (): boolean => now() - since > ttlSeconds * 1000 + 1500;
  await expect.poll(isLongAgo, { timeout: healDeadlineMs, interval: 50 }).toBe(true);
}
