/** What the commands exit with; documented in the README and never renumbered. */
export const EXIT = {
  /** Done; for `verify`: healthy. */
  ok: 0,
  /** The cluster is reachable and not healthy. */
  unhealthy: 1,
  /** The definition or the command line is wrong; nothing was done. */
  usage: 2,
  /** No endpoint can be reached from this machine. */
  unreachable: 3,
  /** Something outside failed: Terraform, a download, a port, a disk, a process. */
  external: 4,
  /** A bug in cdktf-etcd. */
  bug: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
