import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ExternalError } from "../../../lib/errors";
import { preflight } from "../../../lib/local";
import { freePorts } from "../../support/free-ports";
import { localMembers, pidOf, type LocalMembers } from "../local-members";

let members: LocalMembers;
let servers: Server[];
beforeEach(async () => {
  members = await localMembers();
  servers = [];
});
afterEach(async () => {
  for (const server of servers) server.close();
  await members.stopAll();
});

async function takenPort(host = "127.0.0.1"): Promise<number> {
  const [port] = await freePorts(1);
  const server = createServer((socket) => socket.on("error", () => undefined).destroy()).listen(port, host);
  await once(server, "listening");
  servers.push(server);
  return port!;
}

async function problemsOf(...args: Parameters<typeof preflight>): Promise<string> {
  const error: unknown = await preflight(...args).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ExternalError);
  return (error as ExternalError).message;
}

test("finds nothing wrong with free ports, and creates nothing", async () => {
  const stateDir = join(members.stateDir, "not", "there");
  const [port] = await freePorts(1);
  await preflight({ stateDir, members: [{ memberName: "a", listenUrls: [`http://127.0.0.1:${port}`] }] });
  expect(existsSync(join(members.stateDir, "not"))).toBe(false);
  expect(readdirSync(members.stateDir)).toEqual([]);
});

test("accepts the ports that the member itself holds", async () => {
  const options = await members.optionsFor("a");
  await members.start(options);
  await preflight({
    stateDir: members.stateDir,
    members: [{ memberName: "a", listenUrls: [options.clientUrl, options.peerUrl] }],
  });
});

test("refuses all ports in use at once, and names who holds them", async () => {
  const [first, second] = [await takenPort(), await takenPort("0.0.0.0")];
  const message = await problemsOf({
    stateDir: members.stateDir,
    members: [
      { memberName: "a", listenUrls: [`http://127.0.0.1:${first}`] },
      { memberName: "b", listenUrls: [`http://127.0.0.1:${second}`] },
    ],
  });
  const lines = message.split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(`  - member "a": 127.0.0.1:${first} is in use by process ${process.pid} (`);
  expect(lines[2]).toMatch(`  - member "b": 127.0.0.1:${second} is in use by process ${process.pid} (`);
});

test("refuses a port of an etcd that this definition did not start", async () => {
  const [client, peer] = await freePorts(2);
  const urls = { client: `http://127.0.0.1:${client}`, peer: `http://127.0.0.1:${peer}` };
  const foreign = spawn(members.etcd.etcd, [], {
    env: {
      ETCD_DATA_DIR: join(members.stateDir, "foreign"),
      ETCD_LISTEN_CLIENT_URLS: urls.client,
      ETCD_ADVERTISE_CLIENT_URLS: urls.client,
      ETCD_LISTEN_PEER_URLS: urls.peer,
    },
    stdio: "ignore",
  });
  const ended = once(foreign, "exit");
  try {
    await expect
      .poll(
        () =>
          fetch(`${urls.client}/version`).then(
            (r) => r.ok,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    const message = await problemsOf({
      stateDir: members.stateDir,
      members: [{ memberName: "a", listenUrls: [urls.client] }],
    });
    expect(message).toContain(
      `127.0.0.1:${client} is in use by another etcd (${members.etcd.release}) that this definition did not start, ` +
        `process ${foreign.pid} (${members.etcd.etcd})`,
    );
  } finally {
    foreign.kill("SIGKILL");
    await ended;
  }
});

test("refuses a port of another member of an earlier deployment", async () => {
  const options = await members.optionsFor("old");
  const started = await members.start(options);
  const message = await problemsOf({
    stateDir: members.stateDir,
    members: [{ memberName: "new", listenUrls: [options.clientUrl] }],
  });
  expect(message).toContain(`is in use by member "old" of an earlier deployment (process ${pidOf(started)})`);
});

test("is not held up by a server that never answers", async () => {
  const [port] = await freePorts(1);
  const mute = createServer(() => undefined).listen(port, "127.0.0.1");
  await once(mute, "listening");
  servers.push(mute);
  const started = performance.now();
  await problemsOf({
    stateDir: members.stateDir,
    members: [{ memberName: "a", listenUrls: [`http://127.0.0.1:${port}`] }],
  });
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("refuses an address that is not of this machine", async () => {
  // TEST-NET-1 of RFC 5737: nobody's address.
  const message = await problemsOf({
    stateDir: members.stateDir,
    members: [{ memberName: "a", listenUrls: ["http://192.0.2.1:23790"] }],
  });
  expect(message).toContain('member "a": 192.0.2.1:23790 is not an address of this machine');
});

test("refuses a folder without enough disk space, and one that cannot be written", async () => {
  const [port] = await freePorts(1);
  const listener = [{ memberName: "a", listenUrls: [`http://127.0.0.1:${port}`] }];
  const message = await problemsOf({
    stateDir: members.stateDir,
    members: listener,
    minFreeBytesPerMember: 2 ** 60,
  });
  expect(message).toMatch(/has \d+ MiB of disk space left, 1099511627776 MiB are needed/);
  expect(await problemsOf({ stateDir: "/proc/nowhere", members: listener })).toContain(
    "/proc/nowhere is not writable",
  );
});
