import type { Cluster, LocalCluster, Member } from "../../cluster/cluster";
import { DEFAULT_RELEASE } from "../../cluster/etcd-release";
import { UsageError } from "../../errors";
import { loadCluster, type DefinitionOptions } from "../definition-file";
import { EXIT, type ExitCode } from "../exit-codes";

export interface RenderOptions extends DefinitionOptions {
  readonly file?: string | undefined;
}

interface RenderedFile {
  readonly path: string;
  readonly content: string;
}

/** Prints the user data of a member (aws) or its env file (local), byte for byte. */
export async function render(memberName: string, options: RenderOptions): Promise<ExitCode> {
  const cluster = await loadCluster(options, "aws");
  const member = cluster.members.find(({ name }) => name === memberName);
  if (member === undefined) {
    throw new UsageError(
      `no member "${memberName}" in the definition; there are ${cluster.members.map(({ name }) => name).join(", ")}`,
    );
  }
  process.stdout.write(await text(cluster, member, options.file));
  return EXIT.ok;
}

async function text(cluster: Cluster, member: Member, file: string | undefined): Promise<string> {
  const rendering = await import("../../rendering/index.js");
  if (cluster.target === "aws" && file === undefined) return rendering.renderUserData(cluster, member);
  const files: readonly RenderedFile[] =
    cluster.target === "aws"
      ? rendering.renderMemberFiles(cluster, member)
      : [await localEnvFile(cluster, member)];
  const chosen =
    file === undefined ? files[0] : files.find(({ path }) => path === file || path.endsWith(`/${file}`));
  if (chosen === undefined)
    throw new UsageError(
      `no file "${file}" on that machine; there are ${files.map(({ path }) => path).join(", ")}`,
    );
  return chosen.content;
}

async function localEnvFile(cluster: LocalCluster, member: Member): Promise<RenderedFile> {
  const { memberFolder, stateDirOf, withAbsoluteTls } = await import("../../local/index.js");
  const { renderEnvFile } = await import("../../rendering/index.js");
  const folder = memberFolder(stateDirOf(cluster.name), member.name);
  const release = cluster.etcd.release ?? DEFAULT_RELEASE;
  if (cluster.etcd.release === undefined)
    process.stderr.write(`the definition leaves the release open; rendered for ${release}\n`);
  return {
    path: folder.envFile,
    content: renderEnvFile(withAbsoluteTls(cluster), member, { release, dataDir: folder.dataDir }),
  };
}
