import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../../lib/local/run-program";
import type { TestEtcd } from "../../support/etcd";

/** Packs a tarball shaped like etcd's own for amd64, in the folder. `program` takes the place of etcd. */
export async function packRelease(
  { release, etcd, etcdctl }: TestEtcd,
  folder: string,
  program: string = etcd,
): Promise<{ path: string; content: Buffer; sha256: string }> {
  const name = `etcd-v${release}-linux-amd64`;
  await mkdir(join(folder, name), { recursive: true });
  for (const [file, source] of [
    ["etcd", program],
    ["etcdctl", etcdctl],
  ] as const) {
    await copyFile(source, join(folder, name, file));
    await chmod(join(folder, name, file), 0o755);
  }
  const path = join(folder, "tarball.tar.gz");
  await runProgram("tar", ["-I", "gzip -1", "-cf", path, "-C", folder, name]);
  const content = await readFile(path);
  return { path, content, sha256: createHash("sha256").update(content).digest("hex") };
}
