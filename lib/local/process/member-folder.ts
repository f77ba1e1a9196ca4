import { join, resolve } from "node:path";

/** Where one member keeps everything it has on this machine. */
export interface MemberFolder {
  readonly path: string;
  /** Every setting as `ETCD_*`, as a systemd unit would read it. */
  readonly envFile: string;
  readonly logFile: string;
  /** `ETCD_DATA_DIR`; the only thing here that a stop or a failed start never takes away. */
  readonly dataDir: string;
  /** The release that last served the data. */
  readonly dataReleaseFile: string;
  /** Which process runs the member. */
  readonly recordFile: string;
  /** There while a start or a stop of the member is going on. */
  readonly lockFile: string;
}

/** @param stateDir the cluster's folder, e.g. `.cdktf-etcd/local/<cluster>` */
export function memberFolder(stateDir: string, memberName: string): MemberFolder {
  const path = join(membersFolder(stateDir), memberName);
  return {
    path,
    envFile: join(path, "etcd.env"),
    logFile: join(path, "etcd.log"),
    dataDir: join(path, "data"),
    dataReleaseFile: join(path, "data-release"),
    recordFile: join(path, "process.json"),
    lockFile: join(path, "lock"),
  };
}

/** The folder that holds every member's folder. */
export function membersFolder(stateDir: string): string {
  // etcd runs with another working folder than this program.
  return resolve(stateDir, "members");
}
