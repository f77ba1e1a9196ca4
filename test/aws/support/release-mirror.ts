/** A mirror of etcd's releases inside a namespace, with one real tarball in it. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Architecture } from "../../../lib/cluster/cluster";
import { pinnedSha256, tarballName } from "../../../lib/cluster/etcd-release";
import { hostArchitecture } from "../../../lib/local/binary/etcd-source";
import { makeTarball } from "../../local/binary/release-server";
import { etcdBinaries, type TestEtcd } from "../../support/etcd";
import { Reaper } from "../../support/reaper";
import { serveFolder, type FolderServer } from "./folder-server";
import type { NetworkNamespace } from "./network-namespace";

export interface ReleaseMirror {
  readonly release: string;
  /** This machine's, whose etcd is in the tarball. */
  readonly architecture: Architecture;
  readonly sha256: string;
  /** Path of the tarball below the mirror's URL. */
  readonly path: string;
  readonly server: FolderServer;
  remove(): Promise<void>;
}

/** @param etcd whose release it has. @default - the first of Debian's that this package does not pin */
export async function releaseMirror(namespace: NetworkNamespace, etcd?: TestEtcd): Promise<ReleaseMirror> {
  const architecture = hostArchitecture()!;
  etcd ??= await unpinned(architecture);
  const tarball = await makeTarball(etcd);
  const path = `/v${etcd.release}/${tarballName(etcd.release, architecture)}`;
  const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-mirror-"));
  const reaper = new Reaper(folder);
  await mkdir(join(folder, `v${etcd.release}`));
  await writeFile(join(folder, path), tarball);
  return {
    release: etcd.release,
    architecture,
    sha256: createHash("sha256").update(tarball).digest("hex"),
    path,
    server: await serveFolder(namespace, folder),
    remove: () => reaper.reap(),
  };
}

/** Debian's tarball of a release whose sha256 we know would be refused, as it should. */
async function unpinned(architecture: Architecture): Promise<TestEtcd> {
  const etcd = (await etcdBinaries()).find(
    ({ release }) => pinnedSha256(release, architecture) === undefined,
  );
  if (etcd === undefined) throw new Error("Debian has no etcd that this package does not pin");
  return etcd;
}
