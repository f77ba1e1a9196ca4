import type { Registration, ServiceRegistry } from "../../../../lib/discovery";

export interface ChurnOptions {
  readonly service: string;
  readonly instances: number;
  readonly perSecond: number;
}

/** Registrations that come, change and go, one step at a time, until it is closed; then all of them go. */
export class Churn {
  private readonly present = new Map<number, Registration>();
  private readonly steps = new Set<Promise<unknown>>();
  private readonly timer: NodeJS.Timeout;
  private turn = 0;

  private constructor(
    private readonly registry: ServiceRegistry,
    private readonly options: ChurnOptions,
  ) {
    this.timer = setInterval(() => this.step(), 1000 / options.perSecond);
  }

  static start(registry: ServiceRegistry, options: ChurnOptions): Churn {
    return new Churn(registry, options);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(Array.from(this.present.values(), (registration) => registration.close()));
    await Promise.all(this.steps);
  }

  /** Each instance in turn is registered, changed, and withdrawn. */
  private step(): void {
    const { service, instances } = this.options;
    const number = this.turn % instances;
    const round = Math.floor(this.turn / instances) % 3;
    this.turn += 1;
    const present = this.present.get(number);
    if (present === undefined) {
      const naming = { service, instance: String(number), endpoint: `http://127.0.0.1:${1000 + number}` };
      this.present.set(number, this.registry.register({ ...naming, ttlSeconds: 5 }));
    } else if (round === 1) {
      // One that is closed before it is written says so.
      this.keep(present.update({ metadata: { turn: this.turn } }).catch(() => undefined));
    } else if (round === 2) {
      this.present.delete(number);
      this.keep(present.close());
    }
  }

  private keep(step: Promise<unknown>): void {
    this.steps.add(step);
    void step.finally(() => this.steps.delete(step));
  }
}
