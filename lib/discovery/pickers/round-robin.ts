import type { ServiceInstance } from "../service-instance";
import type { Picker } from "./picker";

/** One after the other, in the order of their keys; also while instances come and go. */
export function roundRobin(): Picker {
  const turns = new Turns();
  return {
    pick: (instances) => turns.next(instances),
    report: () => undefined,
  };
}

/** Goes by the key that had its turn last: a position would skip some and favour others whenever one comes or goes. */
export class Turns {
  private lastKey = "";

  next<M>(instances: readonly ServiceInstance<M>[]): ServiceInstance<M> | undefined {
    let first: ServiceInstance<M> | undefined;
    let next: ServiceInstance<M> | undefined;
    for (const one of instances) {
      if (first === undefined || one.key < first.key) first = one;
      if (one.key > this.lastKey && (next === undefined || one.key < next.key)) next = one;
    }
    const picked = next ?? first;
    if (picked !== undefined) this.lastKey = picked.key;
    return picked;
  }
}
