import { access, chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { ExternalError } from "../../../errors";
import type { PrivateApt } from "./private-apt";

// Debian since buster and Ubuntu since focal split server and client; before that one package had both.
const PACKAGE_SETS: readonly (readonly [string, ...string[]])[] = [["etcd-server", "etcd-client"], ["etcd"]];

export interface EtcdPackages {
  readonly names: readonly [string, ...string[]];
  /** etcd's own number inside the package's version. */
  readonly release: string;
}

/**
 * What the archive calls etcd, and which release it has.
 * @throws ExternalError when it cannot be reached or has none
 */
export async function etcdPackages(apt: PrivateApt): Promise<EtcdPackages> {
  // One mirror of several may be down while the one with etcd answers: what could be had decides.
  let firstError = await apt.update().then(() => undefined, asError);
  for (const names of PACKAGE_SETS) {
    try {
      const version = await apt.newestVersion(names[0]);
      // Debian's version is "<upstream>-<revision>", sometimes with an epoch and "+dfsg": deb-version(7).
      const release = /^(?:\d+:)?(\d+\.\d+\.\d+)/.exec(version)?.[1];
      if (release !== undefined) return { names, release };
    } catch (error) {
      firstError ??= asError(error);
    }
  }
  throw firstError ?? new ExternalError("the distribution has no etcd package");
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/**
 * Takes etcd and etcdctl out of the packages.
 * @param work an existing or new folder for downloads
 * @param into where `etcd` and `etcdctl` go
 */
export async function unpackEtcdPackages(
  apt: PrivateApt,
  packages: EtcdPackages,
  work: string,
  into: string,
): Promise<void> {
  const root = join(work, "root");
  for (const file of await apt.download(packages.names, join(work, "debs"))) await apt.unpack(file, root);
  for (const program of ["etcd", "etcdctl"]) {
    const file = join(root, "usr", "bin", program);
    await access(file).catch(() => {
      throw new ExternalError(`the distribution's ${packages.names.join(" and ")} have no ${program}`);
    });
    await copyFile(file, join(into, program));
    await chmod(join(into, program), 0o755);
  }
}
