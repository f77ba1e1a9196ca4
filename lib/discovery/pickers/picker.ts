import type { ServiceInstance } from "../service-instance";

/** Chooses among instances of one service. */
export interface Picker {
  /**
   * @param instances all that are there now, e.g. of a snapshot: what is known of one that is missing is forgotten
   * @returns `undefined` if there is none
   */
  pick<M>(instances: readonly ServiceInstance<M>[]): ServiceInstance<M> | undefined;
  /** How a request to one of them went. Pickers that do not go by that ignore it. */
  report(instance: ServiceInstance<unknown>, outcome: "succeeded" | "failed"): void;
}
