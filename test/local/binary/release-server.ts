/** A mirror of etcd releases on loopback, with a real tarball made of Debian's binaries. */
import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import { tarballName } from "../../../lib/cluster/etcd-release";
import { hostArchitecture } from "../../../lib/local/binary/etcd-source";
import type { TestEtcd } from "../../support/etcd";

export type Answer = (request: IncomingMessage, response: ServerResponse, tarball: Buffer) => void;

export interface ReleaseServer {
  readonly baseUrl: string;
  readonly sha256: string;
  readonly tarball: Buffer;
  /** Paths asked for since the last `answerWith`. */
  readonly requests: string[];
  answerWith(answer: Answer): void;
  close(): Promise<void>;
}

export const sendTarball: Answer = (_request, response, tarball) => void response.end(tarball);

export async function releaseServer(etcd: TestEtcd): Promise<ReleaseServer> {
  const tarball = await makeTarball(etcd);
  let answer = sendTarball;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    answer(request, response, tarball);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sha256: createHash("sha256").update(tarball).digest("hex"),
    tarball,
    requests,
    answerWith(next) {
      requests.length = 0;
      answer = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Of this machine's architecture, as etcd's own are made. */
export async function makeTarball({ release, etcd, etcdctl }: TestEtcd): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-tarball-"));
  try {
    const top = tarballName(release, hostArchitecture()!).replace(".tar.gz", "");
    await mkdir(join(folder, top));
    await copyFile(etcd, join(folder, top, "etcd"));
    await copyFile(etcdctl, join(folder, top, "etcdctl"));
    // Level 1: the content is what matters, not the size.
    await create({ cwd: folder, file: join(folder, "out.tar.gz"), gzip: { level: 1 } }, [top]);
    return await readFile(join(folder, "out.tar.gz"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
