import type { Connection } from "../connection";

/** For programs. `schemaVersion` is raised when a field goes away or changes its meaning. */
export function json({ clusterName, endpoints, tls, user }: Connection): string {
  return JSON.stringify(
    {
      schemaVersion: 1,
      clusterName,
      endpoints,
      // The members' certificates name their own hosts and this machine, so that no client needs another name.
      tls: tls === undefined ? null : { ...tls, serverName: null },
      user: user ?? null,
    },
    null,
    2,
  );
}
