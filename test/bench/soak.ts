import Table from "cli-table3";
import {
  healthAware,
  microLayout,
  ServiceRegistry,
  type Discovery,
  type Registration,
} from "../../lib/discovery";
import { openEtcd3, targetsOf } from "../../lib/client";
import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";

const SERVICES = 1000;
const INSTANCES_OF_EACH = 10;
/** Transactions take 128 puts at most (`--max-txn-ops`). */
const WRITTEN_AT_A_TIME = 100;
/** Long, so that a process that keeps thousands of leases alive has time for something else. */
const TTL_SECONDS = 120;
const STEPS_PER_SECOND = 100;
/** Until what is made once, such as compiled code, has been made. */
const WARM_UP_STEPS = 1000;
const MEASURED_SECONDS = 60;
const SAMPLE_EVERY_SECONDS = 5;
/** Seen from the thousands of steps of a minute, some hundred bytes that each of them keeps. */
const MOST_GROWTH = 0.03;
const UNTIL_EQUAL_MS = 60_000;

interface Sample {
  readonly second: number;
  readonly bytes: number;
  readonly steps: number;
  readonly changes: number;
  readonly resources: number;
}

/** Instances of very many services come, change and go, while one discovery follows each service and one all of them. */
class Soak {
  private readonly discoveries: Discovery[] = [];
  /** Of instances that somebody else has registered. */
  private readonly others: string[] = [];
  private readonly pickers = Array.from({ length: SERVICES }, () => healthAware());
  private readonly registrations: Registration[] = [];
  private readonly underWay = new Set<Promise<unknown>>();
  private names = 0;
  steps = 0;
  changes = 0;

  constructor(
    private readonly registering: ServiceRegistry,
    private readonly discovering: ServiceRegistry,
    private readonly cluster: RawCluster,
    /** How many of a service's instances are registered by this process. */
    private readonly registeredOfEach: number,
  ) {}

  async begin(): Promise<void> {
    await this.writeOthers();
    for (let index = 0; index < SERVICES * this.registeredOfEach; index += 1)
      this.registrations.push(this.register(index % SERVICES));
    await Promise.all(this.registrations.map((registration) => registration.ready()));
    for (let index = 0; index < SERVICES; index += 1)
      this.discoveries.push(this.discovering.discover(serviceOf(index)));
    this.discoveries.push(this.discovering.discover({ all: true }));
    for (const discovery of this.discoveries) discovery.on("change", () => (this.changes += 1));
    await Promise.all(this.discoveries.map((discovery) => discovery.ready()));
  }

  /** One instance is changed, or makes room for another one; one is picked and reported on. */
  step(): void {
    this.steps += 1;
    const index = Math.floor(Math.random() * this.registrations.length);
    const registration = this.registrations[index]!;
    if (this.steps % 2 === 0) this.keep(registration.update({ metadata: { step: this.steps } }));
    else {
      this.registrations[index] = this.register(index % SERVICES);
      this.keep(registration.close());
    }
    const service = this.steps % SERVICES;
    const picked = this.pickers[service]!.pick(this.discoveries[service]!.snapshot.instances);
    if (picked !== undefined)
      this.pickers[service]!.report(picked, this.steps % 3 === 0 ? "failed" : "succeeded");
  }

  async settled(): Promise<void> {
    await Promise.all(this.underWay);
    await Promise.all(this.registrations.map((registration) => registration.ready()));
  }

  /** What is wrong with what the discoveries know, against what is registered; `undefined` if it is the same. */
  difference(): string | undefined {
    const wanted = [...this.others, ...this.registrations.map(({ key }) => key)].sort();
    const known = this.discoveries.map(({ snapshot }) => snapshot.instances.map(({ key }) => key));
    const all = known.pop() ?? [];
    for (const [what, keys] of [
      ["one discovery of all services", all],
      ["the discoveries of one each", known.flat()],
    ] as const)
      if (JSON.stringify(keys.toSorted()) !== JSON.stringify(wanted))
        return `${what} together know ${keys.length} instances, others than the ${wanted.length} there are`;
    return undefined;
  }

  private async writeOthers(): Promise<void> {
    const layout = microLayout();
    const names = Array.from(
      { length: INSTANCES_OF_EACH - this.registeredOfEach },
      (_, index) => `other-${index}`,
    );
    const puts: { readonly key: Buffer; readonly value: Buffer }[] = [];
    for (let index = 0; index < SERVICES; index += 1)
      for (const instance of names) {
        const service = serviceOf(index);
        const key = layout.keyOf(service, instance);
        const value = layout.encode({ service, instance, endpoint: "http://10.0.3.8:8080", metadata: {} });
        this.others.push(key);
        puts.push({ key: Buffer.from(key), value: Buffer.from(value) });
      }
    const etcd = openEtcd3(targetsOf({ endpoints: this.cluster.endpoints })[0]!, { leftMs: () => 30_000 });
    try {
      while (puts.length > 0) {
        const success = puts.splice(0, WRITTEN_AT_A_TIME).map((put) => ({ request_put: put }));
        await etcd.kv.txn({ success });
      }
    } finally {
      etcd.close();
    }
  }

  private register(service: number): Registration {
    this.names += 1;
    return this.registering.register({
      service: serviceOf(service),
      instance: `instance-${this.names}`,
      endpoint: `http://10.0.3.7:${1024 + (this.names % 60_000)}`,
      ttlSeconds: TTL_SECONDS,
      withdrawOn: [],
    });
  }

  private keep(step: Promise<unknown>): void {
    // One that is closed while it is changed says so.
    const kept: Promise<unknown> = step.catch(() => undefined).finally(() => this.underWay.delete(kept));
    this.underWay.add(kept);
  }
}

const serviceOf = (index: number): string => `soak/service-${index}`;

/** @param registered how many of the ten instances of each service this process registers itself */
async function main(registered = "1"): Promise<number> {
  const registeredOfEach = Number(registered);
  if (!Number.isInteger(registeredOfEach) || registeredOfEach < 1 || registeredOfEach > INSTANCES_OF_EACH)
    throw new Error(`"${registered}" is no number from 1 to ${INSTANCES_OF_EACH}`);
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("start it with node --expose-gc");
  const cluster = await RawCluster.start({ binaries: await defaultEtcd() });
  const { endpoints } = cluster;
  const [registering, discovering] = [new ServiceRegistry({ endpoints }), new ServiceRegistry({ endpoints })];
  try {
    const soak = new Soak(registering, discovering, cluster, registeredOfEach);
    await soak.begin();
    const samples = await measure(soak, () => {
      gc();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    });
    return report(samples, soak.difference(), registeredOfEach);
  } finally {
    await discovering.close();
    // Thousands of withdrawals would say nothing more.
    await cluster.stop();
  }
}

/** The first and the last sample are taken when nothing is under way. */
async function measure(soak: Soak, memory: () => number): Promise<readonly Sample[]> {
  const churn = (): (() => void) => {
    const stepping = setInterval(() => soak.step(), 1000 / STEPS_PER_SECOND);
    return () => clearInterval(stepping);
  };
  const endWarmUp = churn();
  while (soak.steps < WARM_UP_STEPS) await seconds(0.1);
  endWarmUp();
  await quiet(soak);
  const began = performance.now();
  const second = (): number => Math.round((performance.now() - began) / 1000);
  const sample = (): Sample => {
    const { steps, changes } = soak;
    const resources = process.getActiveResourcesInfo().length;
    return { second: second(), bytes: memory(), steps, changes, resources };
  };
  const samples = [sample()];
  const endChurn = churn();
  while (second() + SAMPLE_EVERY_SECONDS <= MEASURED_SECONDS) {
    await seconds(SAMPLE_EVERY_SECONDS);
    samples.push(sample());
  }
  endChurn();
  await quiet(soak);
  return [...samples, sample()];
}

/** Until everybody knows all; or not, which is found again in the end. */
async function quiet(soak: Soak): Promise<void> {
  await soak.settled();
  const until = performance.now() + UNTIL_EQUAL_MS;
  while (soak.difference() !== undefined && performance.now() < until) await seconds(0.2);
}

function report(
  samples: readonly Sample[],
  difference: string | undefined,
  registeredOfEach: number,
): number {
  const table = new Table({
    head: ["second", "memory after gc", "steps", "changes told", "timers and sockets"],
    colAligns: ["right", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { second, bytes, steps, changes, resources } of samples)
    table.push([second, `${(bytes / 1e6).toFixed(1)} MB`, steps, changes, resources]);
  const growth = (samples.at(-1)?.bytes ?? 0) / (samples[0]?.bytes ?? 0) - 1;
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
  process.stdout.write(
    `${SERVICES} services of ${INSTANCES_OF_EACH} instances, ${registeredOfEach} of each registered here, ${STEPS_PER_SECOND} steps a second\n${table.toString()}\n` +
      `growth: ${percent(growth)}, at most ${percent(MOST_GROWTH)}\n` +
      `what is known in the end: ${difference ?? "what is registered"}\n`,
  );
  return growth <= MOST_GROWTH && difference === undefined ? 0 : 1;
}

const seconds = (count: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, count * 1000));

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
