/** With credentials of the emulator's STS, and a clock of our own. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Emulator } from "../../aws/support/emulator";
import { NetworkNamespace } from "../../aws/support/network-namespace";
import { makeRole } from "../../aws/support/test-role";
import { RoleSessions } from "./role-sessions";

const MINUTE_MS = 60_000;

let namespace: NetworkNamespace;
let emulator: Emulator;
let nowMs: number;
let sessions: RoleSessions;

beforeAll(async () => {
  namespace = await NetworkNamespace.create();
  emulator = await Emulator.start(namespace, "eu-central-1");
  await makeRole(emulator, "reader", []);
  nowMs = Date.now();
  sessions = new RoleSessions(
    (role, session) => emulator.roleCredentials(role, session),
    () => new Date(nowMs),
  );
});
afterAll(() => namespace?.remove());

test("credentials stay the same until they end soon, and then there are others in time", async () => {
  const first = await sessions.of("reader", "i-1");
  const endsInMs = first.expiresAt.getTime() - nowMs;
  nowMs += endsInMs - 11 * MINUTE_MS;
  expect(await sessions.of("reader", "i-1")).toEqual(first);
  // Five minutes before the end is what EC2 promises.
  nowMs += 2 * MINUTE_MS;
  const second = await sessions.of("reader", "i-1");
  expect(second.accessKeyId).not.toBe(first.accessKeyId);
  expect(second.issuedAt).toEqual(new Date(nowMs));
  const credentials = second;
  const asked = await emulator.call({ service: "sts", operation: "get_caller_identity", credentials });
  expect(asked).toMatchObject({ ok: true, response: { Arn: expect.stringMatching(/\/reader\/i-1$/) } });
  expect(sessions.secrets).toEqual(
    [first, second].flatMap(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken]),
  );
});

test("each instance has its own", async () => {
  const [one, other] = [await sessions.of("reader", "i-3"), await sessions.of("reader", "i-4")];
  expect(one.secretAccessKey).not.toBe(other.secretAccessKey);
});

test("a refusal of STS is no credentials, and the next try may be granted", async () => {
  let isRefused = true;
  const refused = new RoleSessions((role, session) =>
    isRefused ? Promise.reject(new Error("not now")) : emulator.roleCredentials(role, session),
  );
  await expect(refused.of("reader", "i-1")).rejects.toThrow("not now");
  isRefused = false;
  expect((await refused.of("reader", "i-1")).accessKeyId).toMatch(/^ASIA/);
});
