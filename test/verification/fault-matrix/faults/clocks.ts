import { WrongClock } from "../../support/wrong-clock";
import type { Fault } from "../fault";

export const clockFaults: readonly Fault[] = [
  {
    // What stands in for the clock reads HTTP, which it cannot with TLS.
    title: "a member's clock is ahead of the others'",
    transport: "plain text",
    make: async ({ expectation, cluster }) => {
      const clock = await WrongClock.before(cluster.member("etcd-2").endpoint);
      clock.aheadMs = 90_000;
      return {
        ask: {
          expectation,
          connectTo: (endpoint) =>
            endpoint === cluster.member("etcd-2").endpoint ? clock.address : undefined,
        },
        says: [
          {
            check: "clock",
            outcome: "warned",
            member: "etcd-2",
            reason: /^its clock is .* s ahead of etcd-[13]'s$/,
          },
        ],
        undo: () => clock.stop(),
      };
    },
  },
];
