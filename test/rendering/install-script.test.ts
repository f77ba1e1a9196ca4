import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { renderInstallScript } from "../../lib/rendering/scripts";
import { defaultEtcd, type TestEtcd } from "../support/etcd";
import { awsCluster } from "./support/fixtures";
import { isRoot, PrivateMachine } from "./support/private-machine";
import { packRelease } from "./support/release-tarball";

type Answer = (response: ServerResponse, tarball: Buffer, firstByte: number) => void;

const whole: Answer = (response, tarball, firstByte) => {
  if (firstByte > 0) {
    response.writeHead(206, {
      "content-range": `bytes ${firstByte}-${tarball.length - 1}/${tarball.length}`,
    });
  }
  response.end(tarball.subarray(firstByte));
};

const cutOff: Answer = (response, tarball) => {
  response.writeHead(200, { "content-length": tarball.length });
  response.write(tarball.subarray(0, 1_000_000), () => response.destroy());
};

const withoutRanges: Answer = (response, tarball) => response.end(tarball);

const missing: Answer = (response) => response.writeHead(404).end();

describe.skipIf(!isRoot)("the install script, run for real", { timeout: 120_000 }, () => {
  let etcd: TestEtcd;
  let machine: PrivateMachine;
  let server: Server;
  let requests: { url: string; firstByte: number }[];
  let answers: Answer[];
  let tarball: Buffer;

  beforeAll(async () => {
    etcd = await defaultEtcd();
  }, 300_000);

  beforeEach(async () => {
    machine = await PrivateMachine.create();
    requests = [];
    answers = [];
    tarball = (await packRelease(etcd, machine.folder)).content;
    server = createServer((request, response) => {
      const firstByte = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      requests.push({ url: request.url ?? "", firstByte });
      (answers.shift() ?? whole)(response, tarball, firstByte);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await machine.remove();
  });

  interface Run {
    readonly sha256?: string;
    readonly afterwards?: string;
  }

  async function runScript({ sha256, afterwards = "" }: Run = {}) {
    const { port } = server.address() as AddressInfo;
    const cluster = awsCluster({
      architecture: "amd64",
      etcd: {
        release: etcd.release,
        source: "download",
        downloadBaseUrl: `http://127.0.0.1:${port}/mirror`,
        sha256: { amd64: sha256 ?? createHash("sha256").update(tarball).digest("hex") },
      },
    });
    const script = await machine.write("etcd-install", renderInstallScript(cluster));
    return machine.run(`
'${script}' || { STATUS=$?; ls /usr/local/bin; exit "$STATUS"; }
${afterwards.replaceAll("etcd-install", script)}
`);
  }

  test("installs etcd and etcdctl from the mirror, and does nothing the second time", async () => {
    const { failure, stdout } = await runScript({
      afterwards:
        "etcd-install; stat -c '%n %a %U' /usr/local/bin/*; /usr/local/bin/etcd --version; ls /var/cache/etcd",
    });
    expect(failure).toBeUndefined();
    expect(stdout).toContain(`etcd Version: ${etcd.release}\n`);
    expect(stdout).toContain("/usr/local/bin/etcd 755 root\n/usr/local/bin/etcdctl 755 root\n");
    expect(stdout).toMatch(/\ninstalled$/);
    const tarballName = `etcd-v${etcd.release}-linux-amd64.tar.gz`;
    expect(requests).toEqual([{ url: `/mirror/v${etcd.release}/${tarballName}`, firstByte: 0 }]);
  });

  test("goes on where a broken transfer ended, at the next attempt", async () => {
    answers = [cutOff];
    const broken = await runScript();
    expect(broken.exitCode).toBe(1);
    expect(broken.stderr).toMatch(/FAILED: no download of .*\(curl exit status 18\)/);
    const { failure } = await runScript({ afterwards: "/usr/local/bin/etcd --version" });
    expect(failure).toBeUndefined();
    expect(requests).toHaveLength(2);
    expect(requests[1]?.firstByte).toBeGreaterThan(0);
  });

  test("starts anew where the server cannot resume", async () => {
    answers = [cutOff, withoutRanges];
    const statuses = [await runScript(), await runScript()].map(({ exitCode }) => exitCode);
    expect(statuses).toEqual([1, 1]);
    const { failure } = await runScript({ afterwards: "/usr/local/bin/etcd --version" });
    expect(failure).toBeUndefined();
    expect(requests.at(-1)?.firstByte).toBe(0);
  });

  test("refuses a tarball with another sha256, installs nothing and keeps nothing", async () => {
    const { exitCode, stdout, stderr } = await runScript({ sha256: "0".repeat(64) });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      new RegExp(
        `FAILED: the tarball has the sha256 [0-9a-f]{64}, not ${"0".repeat(64)}; nothing was installed`,
      ),
    );
    expect(stdout).not.toMatch(/^etcd$/m);
    expect(await readdir(machine.path("/var/cache/etcd"))).toEqual([]);
  });

  test("fails if the tarball is nowhere, saying where it looked", async () => {
    answers = [missing];
    const { exitCode, stderr } = await runScript();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /FAILED: no download of http:\/\/127\.0\.0\.1:\d+\/mirror\/v.* is there a route to it\?/,
    );
  });

  test("fails if the program is one for another architecture", async () => {
    const foreign = await machine.write("foreign", "\x7fELF\x02\x01\x01 of another machine");
    await writeFile(foreign, Buffer.from("7f454c4602010100", "hex"));
    tarball = (await packRelease(etcd, machine.folder, foreign)).content;
    const { exitCode, stdout, stderr } = await runScript();
    expect(exitCode).toBe(2);
    expect(stderr).toContain("etcd does not run here: wrong architecture");
    expect(stdout).not.toMatch(/^etcd$/m);
  });
});
