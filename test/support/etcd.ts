/**
 * Real etcd binaries of three minor lines for tests: the ones that three Debian suites have today. Fetched once per machine
 * through the machine's own apt mirror, without root, into the cache.
 */
import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { askRelease } from "../../lib/local/binary/ask-release";
import { defaultCacheDir, publishFolder, withScratchFolder } from "../../lib/downloads/cache";
import {
  distributionCodename,
  readAptSources,
  sourceForSuite,
} from "../../lib/local/binary/debian/apt-sources";
import { etcdPackages, unpackEtcdPackages } from "../../lib/local/binary/debian/etcd-package";
import { PrivateApt } from "../../lib/local/binary/debian/private-apt";

export interface TestEtcd {
  /** As the binary itself says, e.g. `3.5.16`. */
  readonly release: string;
  readonly etcd: string;
  readonly etcdctl: string;
}

// Oldest first: 3.4, 3.5 and a newer 3.5 (or later) at the time of writing.
const SUITES = ["bookworm", "trixie", "sid"] as const;

/** All three, oldest suite first. */
export async function etcdBinaries(): Promise<TestEtcd[]> {
  const binaries: TestEtcd[] = [];
  for (const suite of SUITES) binaries.push(await etcdOfSuite(suite));
  return binaries;
}

/** The one that most tests use: Debian stable's. */
export function defaultEtcd(): Promise<TestEtcd> {
  return etcdOfSuite("trixie");
}

async function etcdOfSuite(suite: string): Promise<TestEtcd> {
  const cache = join(defaultCacheDir(), "test");
  const folder = join(cache, "suites", suite);
  const etcd = join(folder, "etcd");
  const etcdctl = join(folder, "etcdctl");
  const present = await access(etcdctl).then(
    () => true,
    () => false,
  );
  if (!present) await fetchSuite(suite, cache, folder);
  const answer = await askRelease(etcd);
  if (answer.release === undefined)
    throw new Error(`${etcd} of Debian's ${suite} cannot be used: it ${answer.problem}`);
  return { release: answer.release, etcd, etcdctl };
}

async function fetchSuite(suite: string, cache: string, folder: string): Promise<void> {
  const source = sourceForSuite(await readAptSources(), await distributionCodename(), suite);
  if (source === undefined) {
    throw new Error(
      `these tests take etcd from Debian's ${suite}, but apt on this machine has no Debian mirror configured`,
    );
  }
  await withScratchFolder(cache, suite, async (scratch) => {
    const aptRoot = join(scratch, "apt");
    const work = join(scratch, "work");
    await mkdir(aptRoot);
    try {
      const apt = await PrivateApt.create(aptRoot, [source]);
      const packages = await etcdPackages(apt);
      await publishFolder(folder, (into) => unpackEtcdPackages(apt, packages, work, into));
    } catch (error) {
      throw new Error(`could not get etcd from Debian's ${suite}: ${String(error)}`, { cause: error });
    }
  });
}
