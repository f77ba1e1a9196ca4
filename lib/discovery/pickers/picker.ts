import type { ServiceInstance } from "../service-instance";

/** Chooses among instances of a service. */
export interface Picker {
  /** @returns `undefined` if there is none to choose */
  pick<M>(instances: readonly ServiceInstance<M>[]): ServiceInstance<M> | undefined;
  /** How a request to it went. Pickers that do not go by that ignore it. */
  report(instance: ServiceInstance<unknown>, outcome: "succeeded" | "failed"): void;
}
