import { access, constants } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { ExternalError } from "../../errors";
import { askRelease } from "./ask-release";
import { unwanted, type EtcdSearch, type FoundEtcd, type SourceAnswer } from "./etcd-source";

/** The first etcd on PATH that will do. */
export async function fromPath(search: EtcdSearch): Promise<SourceAnswer> {
  const misses: string[] = [];
  for (const etcd of await onPath("etcd")) {
    const answer = await askRelease(etcd, search.signal);
    const problem = answer.problem ?? unwanted(answer.release, search.release);
    if (problem !== undefined) {
      misses.push(`PATH: ${etcd} ${problem}`);
      continue;
    }
    const release = answer.release!;
    const etcdctl = await companionOf(etcd);
    return {
      found: { etcd, etcdctl, release, origin: "path", detail: `etcd ${release} from PATH: ${etcd}` },
      misses,
    };
  }
  return { misses: misses.length > 0 ? misses : ["PATH: no etcd on it"] };
}

/**
 * The etcd that the definition names.
 * @throws ExternalError when that is not an etcd that will do: a path that was written down is never passed over
 */
export async function givenEtcd(path: string, search: EtcdSearch): Promise<FoundEtcd> {
  const etcd = resolve(path);
  const answer = await askRelease(etcd, search.signal);
  const problem = answer.problem ?? unwanted(answer.release, search.release);
  if (problem !== undefined) {
    throw new ExternalError(`the etcd of the definition cannot be used: ${etcd} ${problem}`, {
      remedy: "Name another binary, or leave the path out and let the program look for etcd itself.",
    });
  }
  const release = answer.release!;
  return {
    etcd,
    etcdctl: await companionOf(etcd),
    release,
    origin: "given",
    detail: `etcd ${release} as the definition names it: ${etcd}`,
  };
}

async function companionOf(etcd: string): Promise<string | undefined> {
  const neighbour = join(etcd, "..", "etcdctl");
  return (await isThere(neighbour)) ? neighbour : (await onPath("etcdctl"))[0];
}

async function onPath(program: string): Promise<string[]> {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const files = [...new Set(folders.map((folder) => resolve(folder, program)))];
  const there = await Promise.all(files.map(isThere));
  return files.filter((_, index) => there[index]);
}

function isThere(file: string): Promise<boolean> {
  return access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
}
