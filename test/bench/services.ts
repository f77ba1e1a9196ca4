import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { openEtcd3, targetsOf } from "../../lib/client";
import { ServiceRegistry } from "../../lib/discovery";
import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { median, row, time, type Command } from "./measure";
import { askedOf, etcdctl, type Asked } from "./same-facts";

const TTL_SECONDS = 60;

/** Registered at once in one process. */
const INSTANCES = 500;
/** Calls of the plain client under way: as many as a registry has, so that both give etcd the same load. */
const AT_A_TIME = 64;
/** etcdctl one after another: takes a while each. */
const WITH_ETCDCTL = 10;

/** Everything that is compared: registers an instance, and tells when a watch has seen it. */
interface Way {
  readonly label: string;
  /** Settles once whoever watches knows of `key`. */
  readonly registerAndSee: (key: string) => Promise<void>;
  /** How many a second, registered side by side. */
  readonly perSecond: () => Promise<number>;
  readonly stop: () => void | Promise<void>;
}

/** From the call that registers an instance until a watch has seen it, and how many can be registered in a second. */
export async function benchServices(rounds: number, isTls: boolean): Promise<string[][]> {
  const binaries = await defaultEtcd();
  const cluster = await RawCluster.start({ binaries, ...(isTls ? { tls: {} } : {}) });
  const asked = askedOf(cluster, binaries);
  const ways = [
    await withEtcdctl(asked),
    await withPlainClient(cluster),
    await withRegistry(cluster),
  ] as const;
  try {
    const seenMs = await inTurn(ways, rounds, async ({ registerAndSee }, round) => {
      const began = performance.now();
      await registerAndSee(`seen-${round}`);
      return performance.now() - began;
    });
    const perSecond = await inTurn(ways, Math.min(rounds, 3), ({ perSecond: measure }) => measure());
    const [byEtcdctl, byPlain, own] = ways;
    const of = (times: ReadonlyMap<Way, number>, way: Way): number => times.get(way) ?? 0;
    const kind = isTls ? "mutual TLS" : "plain text";
    const seen = (way: Way, ...against: readonly Way[]): string[][] =>
      (against.length === 0 ? [undefined] : against).map((other, index) =>
        row(
          index === 0 ? `  ${way.label}` : "",
          of(seenMs, way),
          other && { label: other.label, tookMs: of(seenMs, other) },
        ),
      );
    const rate = (way: Way, ...against: readonly Way[]): string[][] =>
      (against.length === 0 ? [undefined] : against).map((other, index) => [
        index === 0 ? `  ${way.label}` : "",
        `${of(perSecond, way).toFixed(0)} / s`,
        other === undefined
          ? ""
          : `${(of(perSecond, way) / of(perSecond, other)).toFixed(2)} × ${other.label}`,
      ]);
    return [
      [`3 members, ${kind}: from registering to seen by a watch`, "", ""],
      ...seen(byEtcdctl),
      ...seen(byPlain),
      ...seen(own, byPlain, byEtcdctl),
      [`registrations a second, ${INSTANCES} at once; of etcdctl one after another`, "", ""],
      ...rate(byEtcdctl),
      ...rate(byPlain),
      ...rate(own, byPlain, byEtcdctl),
    ];
  } finally {
    for (const way of ways) await way.stop();
    await cluster.stop();
  }
}

/** One after the other, all of them slowed down by whatever slows one; the first round warms up. */
async function inTurn(
  ways: readonly Way[],
  rounds: number,
  measure: (way: Way, round: number) => Promise<number>,
): Promise<ReadonlyMap<Way, number>> {
  const values = new Map(ways.map((way) => [way, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1)
    for (const way of ways) {
      const value = await measure(way, round);
      if (round > 0) values.get(way)?.push(value);
    }
  return new Map([...values].map(([way, all]) => [way, median(all)]));
}

/** Of keys that are waited for. */
class Sightings {
  private readonly waiting = new Map<string, () => void>();

  see(key: string): void {
    this.waiting.get(key)?.();
  }

  of(key: string): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.set(key, () => {
        this.waiting.delete(key);
        resolve();
      });
    });
  }
}

const VALUE = '{"endpoint":"http://10.0.3.7:8080","metadata":{}}';

async function withEtcdctl(asked: Asked): Promise<Way> {
  const prefix = "/micro/etcdctl/";
  const sightings = new Sightings();
  const watching = start(etcdctl(asked, "watch", "--prefix", prefix));
  createInterface({ input: watching.stdout! }).on("line", (line) => sightings.see(line));
  const register = (key: string): void => {
    const { stdout } = time(etcdctl(asked, "lease", "grant", String(TTL_SECONDS)));
    time(etcdctl(asked, "put", key, VALUE, "--lease", stdout.split(" ")[1] ?? ""));
  };
  // It does not say when it is ready.
  const first = sightings.of(`${prefix}ready`);
  let isReady = false;
  void first.then(() => (isReady = true));
  while (!isReady) {
    register(`${prefix}ready`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    label: "etcdctl: lease grant, put, watch",
    registerAndSee: async (name) => {
      const seen = sightings.of(prefix + name);
      register(prefix + name);
      await seen;
    },
    perSecond: () => {
      const began = performance.now();
      for (let index = 0; index < WITH_ETCDCTL; index += 1) register(`/micro/many/etcdctl-${index}`);
      return Promise.resolve((WITH_ETCDCTL * 1000) / (performance.now() - began));
    },
    stop: async () => {
      const gone = once(watching, "exit");
      watching.kill("SIGKILL");
      await gone;
    },
  };
}

/** What one would write with etcd3 by hand, at one member: it keeps nothing alive and comes back from nothing. */
async function withPlainClient({ endpoints, tls }: RawCluster): Promise<Way> {
  const prefix = "/micro/plain/";
  const etcd = openEtcd3(targetsOf({ endpoints })[0]!, { tls, leftMs: () => 10_000 });
  const sightings = new Sightings();
  const watcher = await etcd.watch().prefix(prefix).create();
  watcher.on("put", ({ key }) => sightings.see(key.toString()));
  const register = async (key: string): Promise<void> => {
    const { ID } = await etcd.leaseClient.leaseGrant({ TTL: TTL_SECONDS });
    await etcd.kv.put({ key: Buffer.from(key), value: Buffer.from(VALUE), lease: ID });
  };
  let rounds = 0;
  return {
    label: "the plain client",
    registerAndSee: async (name) => {
      const seen = sightings.of(prefix + name);
      await register(prefix + name);
      await seen;
    },
    perSecond: async () => {
      rounds += 1;
      const names = Array.from({ length: INSTANCES }, (_, index) => `/micro/many/plain-${rounds}-${index}`);
      const began = performance.now();
      const work = async (): Promise<void> => {
        for (let name = names.pop(); name !== undefined; name = names.pop()) await register(name);
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, work));
      return (INSTANCES * 1000) / (performance.now() - began);
    },
    stop: () => etcd.close(),
  };
}

async function withRegistry({ endpoints, tls }: RawCluster): Promise<Way> {
  const options = { endpoints, ...(tls === undefined ? {} : { tls }) };
  const [registering, watching] = [new ServiceRegistry(options), new ServiceRegistry(options)];
  const discovery = watching.discover("own");
  const sightings = new Sightings();
  discovery.on("change", ({ instance: { instance } }) => sightings.see(instance));
  await discovery.ready();
  const register = (service: string, instance: string) =>
    registering.register({
      service,
      instance,
      endpoint: "http://10.0.3.7:8080",
      ttlSeconds: TTL_SECONDS,
      withdrawOn: [],
    });
  let rounds = 0;
  return {
    label: "cdktf-etcd/discovery",
    registerAndSee: async (name) => {
      const seen = sightings.of(name);
      const registration = register("own", name);
      await seen;
      await registration.close();
    },
    perSecond: async () => {
      rounds += 1;
      const began = performance.now();
      const all = Array.from({ length: INSTANCES }, (_, index) => register("many", `${rounds}-${index}`));
      await Promise.all(all.map((each) => each.ready()));
      const tookMs = performance.now() - began;
      await Promise.all(all.map((each) => each.close()));
      return (INSTANCES * 1000) / tookMs;
    },
    stop: async () => {
      await Promise.all([registering.close(), watching.close()]);
    },
  };
}

function start({ argv: [program, ...args], env }: Command): ChildProcess {
  return spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "ignore"] });
}
