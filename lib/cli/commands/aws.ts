import { resolve } from "node:path";
import { TARBALL_VARIABLE, type TarballOrder } from "../../cluster/tarball";
import { ExternalError, UsageError } from "../../errors";
import { EXIT, type ExitCode } from "../exit-codes";

/** Has the release tarball in the project's folder, from where Terraform uploads it to the cluster's bucket. */
export async function fetchTarball(signal: AbortSignal): Promise<ExitCode> {
  const { url, sha256, file } = readOrder();
  const { cachedTarball, defaultCacheDir, placeFile, sha256OfFile, tarballPath } =
    await import("../../downloads/index.js");
  const target = resolve(file);
  if ((await sha256OfFile(target)) === sha256) {
    say(`${file} is there already`);
    return EXIT.ok;
  }
  const cacheDir = resolve(defaultCacheDir());
  const tarball = await cachedTarball({ url, sha256, cacheDir, signal, say }).catch((error: unknown) => {
    if (!(error instanceof ExternalError) || signal.aborted) throw error;
    throw new ExternalError(`cannot get the tarball of etcd: ${error.message}`, {
      remedy: `set etcd.downloadBaseUrl to a mirror that this machine reaches, or put the file there by hand: ${tarballPath({ cacheDir, sha256 })} (sha256 ${sha256})`,
      cause: error,
    });
  });
  await placeFile(tarball.file, target);
  say(`${file}: ${tarball.from === "cache" ? `from the cache, ${tarball.file}` : `downloaded from ${url}`}`);
  return EXIT.ok;
}

function readOrder(): TarballOrder {
  const text = process.env[TARBALL_VARIABLE];
  if (text === undefined) {
    throw new UsageError("this is a step of a deploy on AWS and is called by Terraform", {
      remedy: "run cdktf-etcd up --target aws",
    });
  }
  const order = JSON.parse(text) as TarballOrder;
  return { ...order, sha256: order.sha256.toLowerCase() };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
