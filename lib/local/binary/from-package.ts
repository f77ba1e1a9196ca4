import { access, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { ExternalError } from "../../errors";
import { askRelease } from "./ask-release";
import { publishFolder, withScratchFolder } from "../../downloads";
import { distributionCodename, distributionSources, readAptSources } from "./debian/apt-sources";
import { etcdPackages, unpackEtcdPackages } from "./debian/etcd-package";
import { PrivateApt } from "./debian/private-apt";
import { unwanted, type EtcdSearch, type FoundEtcd, type SourceAnswer } from "./etcd-source";
import { cacheEntry } from "./from-cache";

/** The package of Debian or Ubuntu, unpacked into the cache: needs no root and installs nothing. */
export async function fromPackage(search: EtcdSearch): Promise<SourceAnswer> {
  if (search.architecture === undefined || !(await hasApt())) {
    return {
      misses: ["package: only Debian's and Ubuntu's packages can be used, and this machine has no apt"],
    };
  }
  const codename = await distributionCodename();
  const sources = distributionSources(await readAptSources(), codename);
  if (sources.length === 0)
    return { misses: [`package: apt has no source for ${codename || "this distribution"}`] };
  try {
    return await withScratchFolder(join(search.cacheDir, "package"), codename, async (scratch) => {
      const apt = await PrivateApt.create(join(scratch, "apt"), sources, { signal: search.signal });
      return takePackage(search, apt, join(scratch, "work"));
    });
  } catch (error) {
    if (!(error instanceof ExternalError) || search.signal?.aborted) throw error;
    return { misses: [`package: ${error.message}`] };
  }
}

async function takePackage(search: EtcdSearch, apt: PrivateApt, work: string): Promise<SourceAnswer> {
  const { cacheDir, signal, say } = search;
  say("asking the distribution for its etcd package");
  const packages = await etcdPackages(apt);
  const offer = unwanted(packages.release, search.release);
  if (offer !== undefined) return { misses: [`package: the distribution's ${packages.names[0]} ${offer}`] };
  say(`fetching ${packages.names.join(" and ")} ${packages.release}`);
  const unpacked = join(work, "etcd");
  await mkdir(unpacked, { recursive: true });
  await unpackEtcdPackages(apt, packages, work, unpacked);
  const answer = await askRelease(join(unpacked, "etcd"), signal);
  const problem = answer.problem ?? unwanted(answer.release, search.release);
  if (problem !== undefined)
    return { misses: [`package: the etcd of the distribution's package ${problem}`] };
  return { found: await publish(unpacked, cacheDir, answer.release!, search.architecture!), misses: [] };
}

async function publish(
  unpacked: string,
  cacheDir: string,
  release: string,
  architecture: string,
): Promise<FoundEtcd> {
  const folder = cacheEntry(cacheDir, "package", release, architecture);
  await publishFolder(folder, async (into) => {
    for (const program of ["etcd", "etcdctl"]) await rename(join(unpacked, program), join(into, program));
  });
  const etcd = join(folder, "etcd");
  return {
    etcd,
    etcdctl: join(folder, "etcdctl"),
    release,
    origin: "package",
    detail: `etcd ${release} from the distribution's package, unpacked into the cache: ${etcd}`,
  };
}

async function hasApt(): Promise<boolean> {
  try {
    await access("/usr/bin/apt-get");
    await access("/usr/bin/dpkg-deb");
    return true;
  } catch {
    return false;
  }
}
