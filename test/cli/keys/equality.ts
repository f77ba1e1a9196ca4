import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { etcdBinaries } from "../../support/etcd";
import { KeysLab, type Printed } from "./keys-lab";

interface Equality {
  readonly title: string;
  /** 0 being the oldest. */
  readonly releaseIndex: number;
  readonly isTls: boolean;
}

const TEST_MS = 60_000;

const FORMATS = ["simple", "json"] as const;

/** What `get` prints is the same of both, to the byte. `MID` stands for a revision in the middle. */
const gets: readonly string[] = [
  "a",
  "none",
  "a c",
  "a --keys-only",
  "a --print-value-only",
  "a --consistency=s",
  "a --rev=MID",
  "leased",
  "empty",
  "big",
  "e --prefix",
  "none --prefix",
  "none --prefix --keys-only",
  "b --from-key --limit=5",
  "l --from-key --keys-only --limit=3",
  "many/ --prefix",
  "many/ --prefix --keys-only",
  "many/ --prefix --limit=1",
  "many/ --prefix --limit=16",
  "many/ --prefix --limit=17",
  "many/ --prefix --limit=10000",
  "many/ --prefix --limit=10001",
  "many/ --prefix --rev=MID --limit=100",
  "many/ --prefix --consistency=s --keys-only --limit=1000",
  "many/0001 --prefix --order=DESCEND",
  "many/0001 --prefix --order=ascend",
  ...["CREATE", "KEY", "MODIFY", "VALUE", "VERSION"].flatMap((target) => [
    `s/ --prefix --sort-by=${target}`,
    `s/ --prefix --sort-by=${target} --order=DESCEND --limit=2`,
    `s/ --prefix --sort-by=${target.toLowerCase()} --order=ASCEND --keys-only`,
  ]),
];

/** What writes, and what has to be there first. */
const writes: readonly (readonly [args: string, before: readonly string[]])[] = [
  ["put w new", []],
  ["put w new", ["put w old"]],
  ["put w new --prev-kv", []],
  ["put w new --prev-kv", ["put w old"]],
  ["put w new --prev-kv", ["put w old --lease=LEASE"]],
  ["put w new --lease=LEASE", []],
  ["put w new --ignore-lease --prev-kv", ["put w old --lease=LEASE"]],
  ["put w --ignore-value --lease=LEASE --prev-kv", ["put w old"]],
  ["put -- w -5", []],
  ["del w", []],
  ["del w", ["put w 1"]],
  ["del w --prev-kv", ["put w 1"]],
  ["del w --prev-kv", []],
  ["del w --prefix", ["put w/1 1", "put w/2 2"]],
  ["del w --prefix --prev-kv", ["put w/1 1", "put w/2 2 --lease=LEASE"]],
  ["del w/1 w/3 --prev-kv", ["put w/1 1", "put w/2 2", "put w/3 3"]],
  ["del \u{fb00} --from-key --prev-kv", ["put \u{fb00}/1 1", "put \u{fb01} 2"]],
];

/** That each command prints what etcdctl of the same release prints. */
export function describeEquality({ title, releaseIndex, isTls }: Equality): void {
  describe(`on ${title}, byte for byte as etcdctl`, { timeout: TEST_MS }, () => {
    let lab: KeysLab;
    let middle = 0n;
    let lease = "";

    beforeAll(async () => {
      const binaries = (await etcdBinaries())[releaseIndex]!;
      lab = await KeysLab.start({ binaries, isTls, size: 1 });
      lease = await grant();
      await fill();
    }, TEST_MS);
    afterAll(() => lab?.stop());

    const words = (text: string): string[] =>
      text.replace("MID", String(middle)).replace("LEASE", lease).split(" ");

    const grant = async (): Promise<string> => {
      const { stdout } = await lab.etcdctl(["lease", "grant", "600"]);
      return stdout.toString().split(" ")[1] ?? "";
    };

    const fill = async (): Promise<void> => {
      for (const [key, value] of [
        ["a", "1"],
        ["a", "2"],
        ["b", "umlaut ä, 日本"],
        ["ключ", "\u0001\u001b[31m"],
        ["empty", ""],
        ["line\nbreak", "one\ntwo\n"],
        ["s/1", "z"],
        ["s/3", "x"],
        ["s/2", "y"],
        ["s/2", "a"],
      ] as const)
        await lab.etcdctl(["put", key, value]);
      await lab.etcdctl(["put", "leased", "v", `--lease=${lease}`]);
      middle = await lab.revision();
      await lab.etcdctl(["put", "big"], Buffer.alloc(1024 * 1024, 0xa5));
      // A transaction takes 128 by default; etcdctl's input language has no other way to be quick.
      for (let start = 0; start < 10_000; start += 100) {
        const puts = Array.from({ length: 100 }, (_, index) => {
          const name = String(start + index).padStart(5, "0");
          return `put many/${name} "value ${name}"`;
        });
        await lab.etcdctl(["txn"], Buffer.from(`\n${puts.join("\n")}\n\n\n`));
      }
    };

    test.each(FORMATS.flatMap((format) => gets.map((query) => [query, format] as const)))(
      "get %s, %s",
      async (query, format) => {
        const theirs = await lab.etcdctl(["get", ...words(query), "-w", format]);
        if (format === "json" && query.includes("--print-value-only")) {
          expect(theirs.code).toBeGreaterThan(0);
          expect(await lab.ours(["kv", "get", ...words(query), "-o", format])).toMatchObject({ code: 2 });
          return;
        }
        const own = await lab.ours(["kv", "get", ...words(query), "-o", format]);
        expectEqual(own, theirs);
      },
    );

    test.each(FORMATS)("get of keys with NUL and bytes that are no UTF-8, %s", async (format) => {
      const keys = ["00", "00ff00", "ff", "ffff", "2f0a00"];
      for (const key of keys)
        expect(await lab.ours(["kv", "put", key, "v", "--key-encoding", "hex"])).toMatchObject({ code: 0 });
      const theirs = await lab.etcdctl(["get", "", "--prefix", "--keys-only", "-w", format]);
      expectEqual(await lab.ours(["kv", "get", "", "--prefix", "--keys-only", "-o", format]), theirs);
      for (const key of keys) {
        const one = await lab.ours(["kv", "get", key, "--key-encoding", "hex", "-o", format]);
        expect(one.stdout.toString("hex")).toContain(
          format === "simple" ? key : Buffer.from(Buffer.from(key, "hex").toString("base64")).toString("hex"),
        );
        const base64 = Buffer.from(key, "hex").toString("base64");
        expectEqual(await lab.ours(["kv", "delete", base64, "--key-encoding", "base64"]), {
          code: 0,
          stdout: Buffer.from("1\n"),
          stderr: "",
        });
      }
    });

    test("put takes a value of 1 MiB with all bytes from standard input", async () => {
      const value = Buffer.from(Array.from({ length: 1024 * 1024 }, (_, index) => index % 256));
      expect(await lab.oursWithInput(["kv", "put", "bytes"], value)).toMatchObject({
        code: 0,
        stdout: Buffer.from("OK\n"),
      });
      const { stdout } = await lab.etcdctl(["get", "bytes", "--print-value-only"]);
      expect(stdout.equals(Buffer.concat([value, Buffer.from("\n")]))).toBe(true);
      expectEqual(await lab.ours(["kv", "get", "bytes", "--print-value-only"]), {
        code: 0,
        stdout,
        stderr: "",
      });
      await lab.etcdctl(["del", "bytes"]);
    });

    test("--count-only counts what etcdctl counts", async () => {
      const json = await lab.etcdctl(["get", "many/", "--prefix", "--keys-only", "-w", "json"]);
      const count = /"count":(\d+)/.exec(json.stdout.toString())?.[1] ?? "";
      expect(count).toBe("10000");
      expect((await lab.ours(["kv", "get", "many/", "--prefix", "--count-only"])).stdout.toString()).toBe(
        `${count}\n`,
      );
      const own = await lab.ours(["kv", "get", "many/", "--prefix", "--count-only", "-o", "json"]);
      const { header, count: counted } = JSON.parse(own.stdout.toString()) as Record<string, unknown>;
      expect({ header: header !== undefined, counted }).toEqual({ header: true, counted: 10_000 });
      expect((await lab.ours(["kv", "get", "none", "--count-only"])).stdout.toString()).toBe("0\n");
    });

    test.each(FORMATS.flatMap((format) => writes.map(([args, before]) => [args, before, format] as const)))(
      "%s after %j, %s",
      async (args, before, format) => {
        const once = async (write: (words: string[]) => Promise<Printed>): Promise<Printed> => {
          await lab.etcdctl(["del", "w", "--prefix"]);
          const revision = await lab.revision();
          for (const each of before) await lab.etcdctl(words(each));
          return relative(await write(words(args)), revision);
        };
        const [options, rest] = [["-w", format], words(args)];
        const theirs = await once(() => lab.etcdctl([rest[0]!, ...options, ...rest.slice(1)]));
        const own = await once(() => lab.ours(["kv", rest[0]!, "-o", format, ...rest.slice(1)]));
        expectEqual(own, theirs);
      },
    );

    test.each(FORMATS)(
      "a dry run prints what the deletion then prints, and deletes nothing, %s",
      async (format) => {
        for (const key of ["d/1", "d/2"]) await lab.etcdctl(["put", key, "v"]);
        const args = ["d/", "--prefix", "--prev-kv"];
        const revision = await lab.revision();
        const dry = await lab.ours(["kv", "delete", ...args, "--dry-run", "-o", format]);
        expect(dry.stderr).toBe("nothing was deleted: this was --dry-run\n");
        expect(await lab.revision()).toBe(revision);
        const real = await lab.etcdctl(["del", ...args, "-w", format]);
        const header = /"revision":\d+/;
        expect(dry.stdout.toString().replace(header, "")).toBe(real.stdout.toString().replace(header, ""));
      },
    );

    describe("leases", () => {
      const LEASES: readonly (readonly string[])[] = [
        ["list"],
        ["timetolive", "LEASE"],
        ["timetolive", "BARE", "--keys"],
        ["timetolive", "HUNG", "--keys"],
        ["timetolive", "1234"],
        ["timetolive", "1234", "--keys"],
        ["keep-alive", "LEASE", "--once"],
        ["keep-alive", "1234", "--once"],
        ["keep-alive", "1234"],
      ];
      test.each(FORMATS.flatMap((format) => LEASES.map((args) => [args.join(" "), format] as const)))(
        "lease %s, %s",
        async (args, format) => {
          const [bare, hung] = [await grant(), await grant()];
          // One: of several etcd prints each time another one first.
          await lab.etcdctl(["put", "hung\nkey", "v", `--lease=${hung}`]);
          const asked = words(args.replace("BARE", bare).replace("HUNG", hung));
          const theirs = await lab.etcdctl(["lease", ...asked, "-w", format]);
          const own = await lab.ours(["lease", ...asked, "-o", format]);
          // etcdctl has 0 or 2 for what is not there: ours can be asked by a script.
          const code = args.includes("1234") ? 1 : 0;
          expectEqual(
            { ...own, stdout: withoutSeconds(own.stdout) },
            { ...theirs, code, stdout: withoutSeconds(theirs.stdout) },
          );
          for (const each of [bare, hung]) await lab.etcdctl(["lease", "revoke", each]);
        },
      );

      test.each(FORMATS)("lease grant and revoke, %s", async (format) => {
        const theirs = await lab.etcdctl(["lease", "grant", "77", "-w", format]);
        const own = await lab.ours(["lease", "grant", "77", "-o", format]);
        const id = /\b[\da-f]{16}\b|"ID":(\d+)/;
        const idOf = ({ stdout }: Printed): string => {
          const [whole = "", decimal] = id.exec(stdout.toString()) ?? [];
          return decimal === undefined ? whole : BigInt(decimal).toString(16);
        };
        const [theirId, ownId] = [idOf(theirs), idOf(own)];
        expect(theirId).not.toBe(ownId);
        expect(own.stdout.toString().replace(id, "")).toBe(theirs.stdout.toString().replace(id, ""));
        const revision = await lab.revision();
        const revoked = await lab.etcdctl(["lease", "revoke", theirId, "-w", format]);
        const between = await lab.revision();
        const ownRevoked = await lab.ours(["lease", "revoke", ownId, "-o", format]);
        expect(relative(ownRevoked, between).stdout.toString().replace(ownId, "")).toBe(
          relative(revoked, revision).stdout.toString().replace(theirId, ""),
        );
        const again = await lab.ours(["lease", "revoke", ownId]);
        expect(again).toMatchObject({ code: 4 });
        expect(again.stderr).toMatch(/no such lease.*\n {2}`cdktf-etcd lease list` prints them all\.\n$/);
      });
    });

    test.each(FORMATS.flatMap((format) => ["", "--prev-kv"].map((option) => [option, format] as const)))(
      "watch from a revision on %s, %s",
      async (option, format) => {
        const start = String((await lab.revision()) + 1n);
        await lab.etcdctl(["put", "watched\n", "1"]);
        await lab.etcdctl(["put", "watched\n", "2", `--lease=${lease}`]);
        await lab.etcdctl(["put", "watched/2", ""]);
        await lab.etcdctl(["del", "watched", "--prefix"]);
        const args = ["watched", "--prefix", `--rev=${start}`, ...(option === "" ? [] : [option])];
        const isAll = (stdout: Buffer): boolean =>
          format === "json" ? stdout.includes("\n") : stdout.toString().split("DELETE").length === 3;
        const own = await lab.ours(["kv", "watch", ...args, "-o", format], isAll);
        expect(own).toMatchObject({ code: 0, stderr: "" });
        const theirs = await lab.etcdctlUntil(["watch", ...args, "-w", format], own.stdout.length);
        expectSameBytes(own.stdout, theirs);
      },
    );

    test.each([
      ["put x y --lease=77", "no such lease"],
      ["get a --rev=999999", "future revision"],
      ["get a --rev=1", "has been compacted"],
      ["put x y --ignore-lease --lease=77", "--ignore-lease"],
    ])("%s fails as with etcdctl, and says why", async (args, reason) => {
      await lab.etcdctl(["compact", "3"]);
      expect((await lab.etcdctl(words(args))).code).toBeGreaterThan(0);
      const own = await lab.ours(["kv", ...words(args)]);
      expect(own.code).toBeGreaterThan(0);
      expect(own.stdout.toString()).toBe("");
      expect(own.stderr).toContain(reason);
    });

    test("a value that etcd does not take is refused with the limit", async () => {
      for (const bytes of [2 * 1024 * 1024 - 200_000, 3 * 1024 * 1024]) {
        const own = await lab.oursWithInput(["kv", "put", "large"], Buffer.alloc(bytes, "x"));
        expect(own).toMatchObject({ code: 4 });
        expect(own.stderr).toContain("the request is larger than etcd takes");
      }
    });

    test("watching what is compacted says so", async () => {
      await lab.etcdctl(["compact", "3"]);
      const own = await lab.ours(["kv", "watch", "a", "--rev", "1"]);
      expect(own).toMatchObject({ code: 4 });
      expect(own.stderr).toContain("that revision has been compacted");
    });
  });
}

function expectEqual(own: Printed, theirs: Printed): void {
  expect(own.code).toBe(theirs.code);
  expectSameBytes(own.stdout, theirs.stdout);
}

/** Not as Buffers, of which vitest would print every byte; and not as UTF-8, in which different bytes look the same. */
function expectSameBytes(own: Buffer, theirs: Buffer): void {
  expect(own.toString("latin1")).toBe(theirs.toString("latin1"));
}

/** Revisions as counted from one. */
function relative(printed: Printed, from: bigint): Printed {
  const text = printed.stdout.toString();
  return {
    ...printed,
    stdout: Buffer.from(
      text.replace(
        /"((?:create_|mod_)?revision)":(\d+)/g,
        (_, name: string, revision: string) => `"${name}":${BigInt(revision) - from}`,
      ),
    ),
  };
}

/** What is left changes between two calls. */
function withoutSeconds(stdout: Buffer): Buffer {
  return Buffer.from(
    stdout
      .toString()
      .replace(/remaining\(\d+s\)/, "remaining")
      .replace(/"ttl":\d+/, '"ttl":'),
  );
}
