import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { goNamingLayout, microLayout, UsageError, type Layout } from "../../lib/discovery";

/** The same bytes on every machine, so that what fails once fails again. */
function bytesOf(seed: string, length: number): Buffer {
  return createHash("shake256", { outputLength: length }).update(seed).digest();
}

/** Plain ones, and those that somebody could take for something else: separators, two ways to write é, halves of a pair. */
const CHARACTERS = [
  ...Array.from("aZ0-._~ %?#*{}\"'\\$`/////"),
  ...Array.from("éßжع中🎉"),
  "e\u0301",
  "\u00a0",
  "\u200b",
  "\u2028",
  "\ufeff",
  "\ufffd",
  "\0",
  "\n",
  "\u007f",
  "\ud83c",
];
const names = Array.from({ length: 6000 }, (_, index) => {
  const [length = 0, ...picks] = bytesOf(`name ${index}`, 8);
  return picks
    .slice(0, length % 7)
    .map((pick) => CHARACTERS[pick % CHARACTERS.length])
    .join("");
});
const pairs = names.flatMap((service, index) => {
  const instance = names[index + 1];
  return index % 2 === 0 && instance !== undefined ? [{ service, instance }] : [];
});

/** As etcd has it, and gives it back. */
const stored = (text: string): string => Buffer.from(text).toString();

function keyOf(layout: Layout, { service, instance }: (typeof pairs)[number]): string | undefined {
  try {
    return layout.keyOf(service, instance);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return undefined;
  }
}

const layouts: readonly (readonly [string, Layout])[] = [
  ["microLayout()", microLayout()],
  ['microLayout({ prefix: "" })', microLayout({ prefix: "" })],
  ["goNamingLayout()", goNamingLayout()],
  ['goNamingLayout({ prefix: "/services/" })', goNamingLayout({ prefix: "/services/" })],
];

describe.each(layouts)("%s", (_name, layout) => {
  test("gives back the names that a key was made of, whatever is in them, or refuses them", () => {
    let taken = 0;
    for (const pair of pairs) {
      const key = keyOf(layout, pair);
      if (key === undefined) continue;
      taken++;
      expect(layout.parseKey(stored(key), pair.service)).toEqual(pair);
      expect(key.startsWith(layout.prefixOf(pair.service))).toBe(true);
      expect(key.startsWith(layout.prefixOf())).toBe(true);
    }
    expect(taken).toBeGreaterThan(100);
    expect(pairs.length - taken).toBeGreaterThan(100);
  });

  test("takes a key for one of its own only if it would have made it like that", () => {
    const keys = names.flatMap((name) => [name, `${layout.prefixOf()}${name}`]);
    const parsed = keys.flatMap((key) => {
      const name = layout.parseKey(key);
      return name === undefined ? [] : [{ key, name }];
    });
    expect(parsed.length).toBeGreaterThan(100);
    for (const { key, name } of parsed) expect(layout.keyOf(name.service, name.instance)).toBe(key);
  });

  test("reads what it has written", () => {
    for (const endpoint of names.filter((name) => name !== "")) {
      const metadata = { [endpoint]: [endpoint, null, 1.5, true], nested: {} };
      const value = layout.encode({ service: "s", instance: "i", endpoint, metadata });
      expect(layout.decode(value)).toEqual({ endpoint, metadata });
    }
  });

  test("says in one phrase why a value is none", () => {
    const value = layout.encode({ service: "s", instance: "i", endpoint: "here", metadata: { a: 1 } });
    const others = ["", "null", "1", '"here"', "[]", "{}", "[[[[", value.replace('"here"', '""')];
    const cut = Array.from(value, (_, at) => value.slice(0, at));
    const noise = Array.from({ length: 500 }, (_, index) => bytesOf(`value ${index}`, index).toString());
    for (const other of [...others, ...cut, ...noise])
      expect(() => layout.decode(other), other).toThrow(/^the value (is no JSON( object)?|has no \w+)$/);
  });
});

describe("names that would not come back", () => {
  test.each([
    ["", "i", "the name of the service is empty"],
    [
      "/a",
      "i",
      'the name of the service is "/a": it may neither begin nor end with a slash, nor have two in a row',
    ],
    ["s", "a/b", 'the name of the instance is "a/b": a slash is not allowed in it'],
    ["s", "a\tb", 'the name of the instance is "a\\tb": control characters are not allowed in it'],
    ["s", "\ud83c", 'the name of the instance is "\\ud83c": it is no valid Unicode'],
  ])("%j and %j are refused", (service, instance, message) => {
    expect(() => microLayout().keyOf(service, instance)).toThrow(new UsageError(message));
  });

  test("are told all at once", () => {
    expect(() => microLayout().keyOf("a//b\n", "/\ud83c")).toThrow(
      new UsageError(
        [
          'the name of the service is "a//b\\n": it may neither begin nor end with a slash, nor have two in a row',
          'the name of the service is "a//b\\n": control characters are not allowed in it',
          'the name of the instance is "/\\ud83c": a slash is not allowed in it',
          'the name of the instance is "/\\ud83c": it is no valid Unicode',
        ].join("; "),
      ),
    );
    expect(() => goNamingLayout().keyOf("", "a/")).toThrow(
      new UsageError(
        'the name of the service is empty; the name of the instance is "a/": it may neither begin nor end with a slash, nor have two in a row',
      ),
    );
  });
});

describe("microLayout", () => {
  const layout = microLayout();

  test("writes what is documented", () => {
    expect(layout.keyOf("user-srv/login", "10.0.3.7-8080")).toBe("/micro/user-srv/login/10.0.3.7-8080");
    const entry = { service: "s", instance: "i", endpoint: "http://10.0.3.7:8080", metadata: { zone: "a" } };
    expect(layout.encode(entry)).toBe('{"endpoint":"http://10.0.3.7:8080","metadata":{"zone":"a"}}');
  });

  test("tells services below a service from its instances", () => {
    const key = layout.keyOf("user-srv/login", "i");
    expect(key.startsWith(layout.prefixOf("user-srv"))).toBe(true);
    expect(layout.parseKey(key, "user-srv")).toEqual({ service: "user-srv/login", instance: "i" });
    expect(layout.parseKey("/micro/i")).toBeUndefined();
    expect(layout.parseKey("/macro/s/i")).toBeUndefined();
  });

  test("has no metadata for an entry without", () => {
    expect(layout.decode('{"endpoint":"here"}')).toEqual({ endpoint: "here", metadata: {} });
  });
});

describe("goNamingLayout", () => {
  const layout = goNamingLayout();

  /**
   * Printed by go1.19.8 for `json.Marshal(&Update{0, addr, metadata})`, with `Update` of
   * https://github.com/etcd-io/etcd/blob/v3.5.16/client/v3/naming/endpoints/internal/update.go
   */
  const ofGo: readonly (readonly [string, string, unknown])[] = [
    [String.raw`{"Op":0,"Addr":"10.0.3.7:8080","Metadata":"eu-1a"}`, "10.0.3.7:8080", "eu-1a"],
    [String.raw`{"Op":0,"Addr":"10.0.3.7:8080","Metadata":1.5}`, "10.0.3.7:8080", 1.5],
    [String.raw`{"Op":0,"Addr":"10.0.3.7:8080","Metadata":true}`, "10.0.3.7:8080", true],
    [String.raw`{"Op":0,"Addr":"10.0.3.7:8080","Metadata":["a"]}`, "10.0.3.7:8080", ["a"]],
    [
      String.raw`{"Op":0,"Addr":"10.0.3.7:8080","Metadata":{"weight":3,"zone":"eu-1a"}}`,
      "10.0.3.7:8080",
      { weight: 3, zone: "eu-1a" },
    ],
  ];

  test.each(ofGo)("writes %s as Go does, and reads it", (value, endpoint, metadata) => {
    expect(layout.encode({ service: "s", instance: "i", endpoint, metadata })).toBe(value);
    expect(layout.decode(value)).toEqual({ endpoint, metadata });
  });

  test.each([
    [
      String.raw`{"Op":0,"Addr":"http://h/?a=1\u0026b=\u003c2\u003e","Metadata":null}`,
      { endpoint: "http://h/?a=1&b=<2>", metadata: {} },
    ],
    [
      String.raw`{"Op":0,"Addr":"h","Metadata":"a\u0026b\u003cc\u003ed\u2028e\u2029\"\\/\u0000\u001fäé中🎉"}`,
      { endpoint: "h", metadata: 'a&b<c>d\u2028e\u2029"\\/\0\u001fäé中🎉' },
    ],
  ])("reads %s, whose signs Go escapes", (value, entry) => {
    expect(layout.decode(value)).toEqual(entry);
  });

  test("reads what has no metadata, or Go's word for that, as none", () => {
    for (const value of ['{"Op":0,"Addr":"h"}', '{"Op":0,"Addr":"h","Metadata":null}'])
      expect(layout.decode(value)).toEqual({ endpoint: "h", metadata: {} });
  });

  test("takes all after the target for the instance, with as many slashes as Go put there", () => {
    expect(layout.keyOf("svc", "rack-1/10.0.3.7:8080")).toBe("svc/rack-1/10.0.3.7:8080");
    expect(layout.parseKey("svc/rack-1/10.0.3.7:8080", "svc")).toEqual({
      service: "svc",
      instance: "rack-1/10.0.3.7:8080",
    });
    // Nobody has said what the target is: the instance has none.
    expect(layout.parseKey("svc/rack-1/10.0.3.7:8080")).toEqual({
      service: "svc/rack-1",
      instance: "10.0.3.7:8080",
    });
    expect(layout.parseKey("svc2/10.0.3.7:8080", "svc")?.service).toBe("svc2");
    expect(layout.parseKey("svc/", "svc")).toBeUndefined();
    expect(layout.parseKey("svc", "svc")).toBeUndefined();
  });
});
