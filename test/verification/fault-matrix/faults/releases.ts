import { expect } from "vitest";
import { etcdBinaries } from "../../../support/etcd";
import type { Fault } from "../fault";

/** The third member runs the release after the others'; nobody wants one in particular. */
export const releaseFaults: readonly Fault[] = [
  {
    title: "an upgrade was not finished",
    releases: [0, 1],
    make: async (ground) => {
      const all = await etcdBinaries();
      const next = all[all.findIndex(({ release }) => release === ground.binaries.release) + 1];
      if (next === undefined) throw new Error("no newer release");
      const mixed = await ground.another({
        flagsOf: { binary: (name) => (name === "etcd-3" ? next.etcd : ground.binaries.etcd) },
      });
      return {
        ask: { expectation: { members: mixed.expectation.members }, tls: mixed.tls },
        says: [
          {
            check: "known-releases",
            outcome: "warned",
            member: null,
            reason: /^the members run different releases \(etcd-1 and etcd-2: .*; etcd-3: /,
          },
        ],
        // Hashes of different releases prove nothing.
        maySay: [{ check: "same-data", outcome: "warned", reason: /hash/ }],
        undo: async () => {
          const ended = mixed.members.filter((member) => !member.isRunning);
          await mixed.stop();
          // etcd 3.4 panics when it finds an entry of 3.5 in the log, such as the question whether authentication is enabled.
          expect(ended.map(({ name }) => name)).toEqual([]);
        },
      };
    },
  },
];
