import { describe, expect, test } from "vitest";
import { prefixRange, rangeFrom } from "../../lib/client";
import { permissionOn, prefixOf, rangeWords, type Permission } from "../../lib/cli/grant/access";
import { fromEtcd, toEtcd } from "../../lib/cli/grant/etcd-permission";
import { plan, type Wish } from "../../lib/cli/grant/plan";
import type { UserState } from "../../lib/cli/grant/state";

const key = (text: string): Buffer => Buffer.from(text);
const READ = { canRead: true, canWrite: false };
const WRITE = { canRead: false, canWrite: true };
const BOTH = { canRead: true, canWrite: true };

describe("the keys of a permission in words", () => {
  test.each([
    ["/micro/", "/micro/*"],
    ["", "all keys"],
    ["/é", "/é*"],
    ["a b", '"a b"*'],
    ["a\n\0", '"a\\x0a\\x00"*'],
    ["\u001b[31m", '"\\x1b[31m"*'],
    ['a"\\', '"a\\x22\\x5c"*'],
  ])("of the prefix %j are %s", (prefix, words) => {
    expect(rangeWords(prefixRange(prefix))).toBe(words);
    expect(prefixOf(prefixRange(prefix))?.toString()).toBe(prefix);
  });

  test("of bytes that are no text are hexadecimal", () => {
    expect(rangeWords(prefixRange(Buffer.of(0x61, 0xff)))).toBe('"a\\xff"*');
  });

  test("of what is no prefix say where it begins and ends", () => {
    expect(rangeWords({ key: key("/a") })).toBe("the key /a");
    expect(rangeWords({ key: key("/a"), range_end: key("/c") })).toBe("/a up to /c");
    expect(rangeWords(rangeFrom("/a"))).toBe("/a and all after it");
  });
});

test.each([READ, WRITE, BOTH])("a permission goes to etcd and back: %j", (access) => {
  for (const permission of [
    permissionOn("/a", access),
    permissionOn("", access),
    { key: key("/a"), ...access },
  ])
    expect(fromEtcd(toEtcd(permission))).toEqual(permission);
});

describe("the steps to what is wanted", () => {
  const nothing: UserState = {
    isAuthEnabled: false,
    isUser: false,
    isRole: false,
    roles: [],
    ownPermissions: [],
  };
  const withOwn = (...ownPermissions: Permission[]): UserState => ({
    ...nothing,
    isUser: true,
    isRole: true,
    roles: [{ name: "app", permissions: ownPermissions }],
    ownPermissions,
  });
  const wish = (kind: Wish["kind"], ...permissions: Permission[]): Wish => ({
    name: "app",
    kind,
    permissions,
  });
  /** Of every step: its kind, whether it is needed, and what a permission becomes. */
  const steps = (state: UserState, wanted: Wish): unknown[] =>
    plan(state, wanted).map((step) =>
      step.kind === "permission"
        ? [step.isNeeded, { canRead: step.becomes.canRead, canWrite: step.becomes.canWrite }]
        : [step.isNeeded, step.kind],
    );

  test("make everything where nothing is, the role's being the user's last", () => {
    expect(steps(nothing, wish("grant", permissionOn("/a", READ)))).toEqual([
      [true, "role"],
      [true, READ],
      [true, "user"],
      [true, "user-role"],
    ]);
  });

  test("are none where everything is", () => {
    const state = withOwn(permissionOn("/a", BOTH));
    expect(plan(state, wish("grant", permissionOn("/a", READ))).some(({ isNeeded }) => isNeeded)).toBe(false);
  });

  test("add to what is there, whoever left it in parts", () => {
    expect(steps(withOwn(permissionOn("/a", READ)), wish("grant", permissionOn("/a", WRITE)))[1]).toEqual([
      true,
      BOTH,
    ]);
    const inParts = withOwn(permissionOn("/a", READ), permissionOn("/a", WRITE));
    expect(steps(inParts, wish("grant", permissionOn("/a", BOTH)))[1]).toEqual([false, BOTH]);
  });

  test("take no more back than is asked, on exactly these keys", () => {
    const state = withOwn(permissionOn("/a", BOTH), permissionOn("/a/", BOTH));
    expect(steps(state, wish("revoke", permissionOn("/a", WRITE)))).toEqual([[true, READ]]);
    const none = [[false, { canRead: false, canWrite: false }]];
    expect(steps(state, wish("revoke", permissionOn("/a/b", BOTH)))).toEqual(none);
    expect(steps(nothing, wish("revoke", permissionOn("/a", BOTH)))).toEqual(none);
  });
});
