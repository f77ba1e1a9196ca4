import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defaultCacheDir } from "../../../lib/downloads/cache";
import {
  distributionCodename,
  formatSources,
  readAptSources,
  sourceForSuite,
} from "../../../lib/local/binary/debian/apt-sources";
import { runProgram } from "../../../lib/local/run-program";
import { packageRoot } from "../../../lib/package-root";
import { CHANGES, type ImageChange } from "./changes";
import { withFileLock } from "./file-lock";
import { MMDEBSTRAP_OPTIONS, SUITE } from "./recipe";
import { ensureHostPackages } from "./requirements";

/** What decides how the result looks: another text of these files is another image. */
const RECIPE_FILES = ["changes.ts", "recipe.ts"].map((name) =>
  join(packageRoot(), "test", "machines", "image", name),
);

const BUILD_TIMEOUT_MS = 20 * 60 * 1000;
/** Another checkout may be running machines from an image of another recipe. */
const UNUSED_KEPT_MS = 24 * 60 * 60 * 1000;

export interface RootFileSystemOptions {
  /** @default - `test/machines` in the cache of this package */
  readonly cacheFolder?: string;
  /** Where apt's sources are read. @default "/etc/apt" */
  readonly aptFolder?: string;
}

/**
 * The root file system of the test machines: Debian 13 as on EC2. Nobody may write to it; each machine has a layer of its own above it.
 * Built once per machine and recipe. Needs root.
 * @returns its folder
 * @throws Error with mmdebstrap's own words when it cannot be built
 */
export async function rootFileSystem({
  cacheFolder = join(defaultCacheDir(), "test", "machines"),
  aptFolder,
}: RootFileSystemOptions = {}): Promise<string> {
  const name = await imageName();
  const image = join(cacheFolder, name);
  if (!existsSync(image)) {
    await withFileLock(join(cacheFolder, "image.lock"), async () => {
      if (!existsSync(image)) await build(image, join(cacheFolder, "unfinished"), aptFolder);
      await removeUnused(cacheFolder, name);
    });
  }
  const now = new Date();
  await utimes(image, now, now);
  return join(image, "root");
}

/** @internal exported for tests */
export async function imageName(files: readonly string[] = RECIPE_FILES): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) hash.update(await readFile(file));
  return `${SUITE}-${hash.digest("hex").slice(0, 12)}`;
}

/** Whoever holds the lock is alone here: what lies in the unfinished folder is from one who was killed. */
async function build(image: string, unfinished: string, aptFolder: string | undefined): Promise<void> {
  process.stderr.write(
    `building the root file system of the test machines (Debian ${SUITE}), about two minutes, once per machine\n`,
  );
  await ensureHostPackages();
  await remove(unfinished);
  try {
    await mkdir(unfinished);
    const root = join(unfinished, "root");
    await bootstrap(root, await writeSources(unfinished, aptFolder), await writeAptOptions(unfinished));
    for (const change of CHANGES) await apply(change, root);
    await rename(unfinished, image);
  } finally {
    await remove(unfinished);
  }
}

async function apply(change: ImageChange, root: string): Promise<void> {
  try {
    await change.apply(root);
  } catch (error) {
    throw new Error(`the image of the test machines could not get "${change.title}": ${String(error)}`, {
      cause: error,
    });
  }
}

async function writeSources(folder: string, aptFolder: string | undefined): Promise<string> {
  const source = sourceForSuite(await readAptSources(aptFolder), await distributionCodename(), SUITE);
  if (source === undefined)
    throw new Error(
      `the root file system of the test machines is made from Debian's ${SUITE}, but apt on this machine has no Debian mirror configured`,
    );
  const file = join(folder, `${SUITE}.sources`);
  await writeFile(file, formatSources([source]));
  return file;
}

/** mmdebstrap does not look at the proxies of this machine's apt, and how else it reaches and trusts its mirrors, by itself. */
async function writeAptOptions(folder: string): Promise<string> {
  const { stdout, failure } = await runProgram("apt-config", ["dump", "--no-empty", "Acquire"]);
  if (failure !== undefined) throw new Error(`apt-config dump: ${failure}`);
  const options = stdout
    .split("\n")
    .filter((line) => /^Acquire::(https?::|Check-|Retries|ForceIPv)/.test(line));
  const file = join(folder, "apt.conf");
  await writeFile(file, ["// As on the machine that built this image.", ...options, ""].join("\n"));
  return file;
}

async function bootstrap(root: string, sourcesFile: string, aptOptionsFile: string): Promise<void> {
  // Processes and mounts of its own, which end with it, and it ends with this process, however that ends.
  const contained = ["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child"];
  const build = [...MMDEBSTRAP_OPTIONS, `--aptopt=${aptOptionsFile}`, SUITE, root, sourcesFile];
  const { failure, stderr } = await runProgram(
    "setpriv",
    [...contained, "--mount-proc", "mmdebstrap", ...build],
    { timeoutMs: BUILD_TIMEOUT_MS },
  );
  if (failure === undefined) return;
  const lastLines = stderr.trimEnd().split("\n").slice(-30).join("\n");
  throw new Error(
    `the root file system of the test machines could not be built from this machine's Debian mirror: ${failure}\n${lastLines}`,
  );
}

/** @internal exported for tests */
export async function removeUnused(cacheFolder: string, current: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    if (name === current || !name.startsWith(`${SUITE}-`)) continue;
    const folder = join(cacheFolder, name);
    if (Date.now() - (await stat(folder)).mtimeMs < UNUSED_KEPT_MS) continue;
    // Half of an image must not go by its name.
    const unwanted = join(cacheFolder, "unwanted");
    await remove(unwanted);
    await rename(folder, unwanted);
    await remove(unwanted);
  }
}

/** Those who wrote there may have been killed just now, and not be gone yet. */
function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
