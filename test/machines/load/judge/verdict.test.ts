import { beforeEach, describe, expect, test } from "vitest";
import { History } from "../support/history";
import { judge, type Verdict } from "./verdict";

let history: History;
beforeEach(() => {
  history = new History();
});

const verdict = (): Verdict => judge(history.records, history.read());

describe("a cluster that keeps its word", () => {
  test("has no problems", () => {
    history.writes(10);
    expect(verdict()).toEqual({
      acknowledged: 10,
      unknown: 0,
      refused: 0,
      lost: [],
      unexpected: [],
      problems: [],
    });
  });

  test("need not have what it refused", () => {
    history.writes(2);
    history.refuse(history.send());
    expect(verdict()).toMatchObject({ acknowledged: 2, refused: 1, problems: [] });
  });

  test("may have what nobody knows about, or not", () => {
    history.writes(2);
    const taken = history.send();
    history.apply(taken);
    history.forget(taken);
    history.forget(history.send());
    expect(verdict()).toMatchObject({ acknowledged: 2, unknown: 2, problems: [] });
  });

  test("may have what the writer did not live to hear of", () => {
    history.writes(2);
    history.apply(history.send("link"));
    history.send();
    expect(verdict()).toMatchObject({ acknowledged: 2, unknown: 2, problems: [] });
  });

  test("may refuse a link because one of unknown outcome was taken", () => {
    history.write("link");
    const unknown = history.send("link");
    history.apply(unknown);
    history.forget(unknown);
    const refused = history.send("link");
    history.refuseLink(refused);
    history.write("link");
    expect(verdict()).toMatchObject({ acknowledged: 2, unknown: 1, refused: 1, problems: [] });
  });

  test("may answer two writes that are under way at the same time in any order", () => {
    const [first, second] = [history.send(), history.send()];
    history.apply(second);
    const { revision } = history;
    history.apply(first);
    history.acknowledge(first);
    history.revision = revision;
    history.acknowledge(second);
    history.revision++;
    expect(verdict().problems).toEqual([]);
  });

  test("has proved nothing when it acknowledged nothing", () => {
    history.forget(history.send());
    expect(verdict().problems).toEqual(["no write was acknowledged, so nothing is proved"]);
  });
});

describe("a key", () => {
  test("that is gone is lost", () => {
    const [, second] = history.writes(5);
    history.data.delete(second!.key);
    const { lost, problems } = verdict();
    const message =
      "/load/test/write/2 is gone: http://etcd-2:2379 (member a1, raft term 3) acknowledged it at " +
      '2026-01-01T00:00:00.040Z as revision 102 with the value "value 2"';
    expect(lost).toEqual([
      {
        key: "/load/test/write/2",
        value: "value 2",
        revision: 102,
        atMs: Date.parse("2026-01-01T00:00:00.040Z"),
        message,
      },
    ]);
    // It was a link, which the next one of its chain follows.
    expect(problems).toEqual([
      message,
      "/load/test/write/4 (revision 104) was taken as the one after revision 102, but the link before it is now none",
      '/load/test/chain/0 is "value 4" (revision 104, created at 102, version 2); ' +
        'its chain says "value 4" (revision 104, created at 104, version 1)',
    ]);
  });

  test("with another value is lost", () => {
    const [first] = history.writes(3);
    history.spoil(first!.key, { value: "value 9" });
    const { lost, unexpected, problems } = verdict();
    expect(lost).toHaveLength(1);
    expect(unexpected).toEqual([]);
    expect(problems).toEqual([
      expect.stringMatching(
        /^\/load\/test\/write\/1 has another value \("value 9", revision 101\): .*"value 1"$/,
      ),
    ]);
  });

  test("with another revision is lost", () => {
    const [first] = history.writes(3);
    history.spoil(first!.key, { modRevision: 99, createRevision: 99 });
    expect(verdict().lost).toMatchObject([{ revision: 101 }]);
    expect(verdict().problems).toEqual([
      expect.stringMatching(/write\/1 has another revision \(99\): .* revision 101/),
    ]);
  });

  test("that was applied twice is told", () => {
    history.writes(3);
    const unknown = history.send();
    history.apply(unknown);
    history.apply(unknown);
    history.forget(unknown);
    expect(verdict().problems).toEqual([
      "/load/test/write/4 was sent once, at 2026-01-01T00:00:00.070Z, but applied 2 times, " +
        "first at revision 104, last at 105",
    ]);
  });

  test("that nobody wrote is unexpected", () => {
    const [first] = history.writes(3);
    history.data.set("/load/test/other", { ...history.data.get(first!.key)!, key: "/load/test/other" });
    const { lost, unexpected, problems } = verdict();
    expect(lost).toEqual([]);
    expect(unexpected).toMatchObject([{ key: "/load/test/other", value: "value 1", revision: 101 }]);
    expect(problems).toEqual([
      '/load/test/other is there with the value "value 1" (revision 101), but nobody wrote that key',
    ]);
  });

  test("with a value that nobody wrote is unexpected, also when its outcome is unknown", () => {
    history.writes(3);
    const unknown = history.send();
    history.apply({ ...unknown, value: "from nowhere" });
    history.forget(unknown);
    expect(verdict().unexpected).toMatchObject([{ key: unknown.key, value: "from nowhere" }]);
    expect(verdict().problems).toEqual([expect.stringContaining('had the value "value 4"')]);
  });

  test("that was refused is unexpected", () => {
    history.writes(3);
    const refused = history.send();
    history.refuse(refused);
    history.apply(refused);
    expect(verdict().unexpected).toMatchObject([{ key: refused.key }]);
    expect(verdict().problems).toEqual([
      '/load/test/write/4 is there with the value "value 4" (revision 104), but the write was refused at ' +
        "2026-01-01T00:00:00.080Z: No connection established",
    ]);
  });

  test("is told by example when there are many", () => {
    const [first] = history.writes(20);
    const kept = history.data.get(first!.key)!;
    history.data = new Map([[kept.key, kept]]);
    history.writes(1);
    const { lost, problems } = verdict();
    expect(lost).toHaveLength(19);
    expect(problems.filter((problem) => problem.includes("is gone"))).toHaveLength(5);
    expect(problems).toContain("and 14 more lost writes");
  });
});

describe("a chain", () => {
  test("shows a link that was there once, although nobody had heard of it", () => {
    history.write("link");
    const unknown = history.send("link");
    history.apply(unknown);
    history.forget(unknown);
    history.refuseLink(history.send("link"));
    history.write("link");
    history.data.delete(unknown.key);
    const { lost, problems } = verdict();
    expect(lost).toEqual([]);
    expect(problems[0]).toBe(
      "/load/test/write/4 (revision 103) was taken as the one after revision 102, " +
        "but the link before it is now /load/test/write/1 (revision 101)",
    );
  });

  test("shows a counter that was put back", () => {
    const [, , , last] = history.writes(4);
    history.spoil(last!.counter!.key, { value: "value 2", modRevision: 102 });
    expect(verdict().problems).toEqual([
      '/load/test/chain/0 is "value 2" (revision 102, created at 102, version 2); ' +
        'its chain says "value 4" (revision 104, created at 102, version 2)',
    ]);
  });

  test("shows a counter that is gone, and one without links", () => {
    const [, second] = history.writes(2);
    const counter = history.data.get(second!.counter!.key)!;
    history.data.delete(counter.key);
    expect(verdict().problems).toEqual([
      "/load/test/chain/0 is gone, but its chain is there up to /load/test/write/2",
    ]);
    history.data.set(counter.key, counter);
    history.data.delete(second!.key);
    expect(verdict().problems.at(-1)).toMatch(
      /^\/load\/test\/chain\/0 is there, .*, but no link of its chain is$/,
    );
  });

  test("shows at once that an acknowledged link was gone when the next one came, even if it is back now", () => {
    const [, , , last] = history.writes(4);
    const data = new Map(history.data);
    history.spoil(last!.counter!.key, { value: "value 2", modRevision: 102 });
    history.refuseLink(history.send("link"));
    history.data = data;
    expect(verdict().problems).toEqual([
      "/load/test/write/5 was to follow revision 104, but when it came to http://etcd-2:2379, at " +
        '2026-01-01T00:00:00.100Z, its chain was at revision 102 ("value 2"), which no write of unknown outcome explains',
    ]);
  });
});

describe("a cluster that was born anew", () => {
  test("is recognised by its ID", () => {
    history.writes(4);
    Object.assign(history, { clusterId: "c2", revision: 1, raftTerm: 2, data: new Map() });
    history.refuseLink(history.send("link"));
    history.writes(2);
    const { lost, problems } = verdict();
    expect(lost).toHaveLength(4);
    expect(problems[0]).toBe(
      "the cluster was born anew, empty: all 4 writes acknowledged up to 2026-01-01T00:00:00.080Z are gone, " +
        "without exception",
    );
    expect(problems).toContainEqual(
      "answers came from 2 clusters, so a new one was born: " +
        "c1 (http://etcd-1:2379, first at 2026-01-01T00:00:00.020Z with revision 101); " +
        "c2 (http://etcd-2:2379, first at 2026-01-01T00:00:00.100Z with revision 1)",
    );
  });

  test("is recognised without, as when it has the same members and token", () => {
    history.writes(4);
    Object.assign(history, { revision: 1, raftTerm: 2, data: new Map() });
    history.refuseLink(history.send("link"));
    history.writes(2);
    const { problems } = verdict();
    const told = (start: string): string | undefined => problems.find((problem) => problem.startsWith(start));
    expect(told("the cluster was born anew")).toBeDefined();
    expect(told("the revision went back: /load/test/write/4 was acknowledged by http://etcd-1:2379")).toMatch(
      /with revision 104; \/load\/test\/write\/5 was answered by .* although sent after that, with revision 1\./,
    );
    expect(told("the raft term went back")).toMatch(
      /with raft term 3; .* with raft term 2\. .* \(and 2 more like this\)$/,
    );
    expect(told("/load/test/write/5 was to follow revision 104")).toMatch(/its chain was not there at all/);
    expect(told("the data are at revision 3")).toMatch(/before what was acknowledged: .* with revision 104$/);
  });

  test("is recognised when nobody wrote to it any more", () => {
    history.writes(4);
    Object.assign(history, { revision: 1, raftTerm: 2, data: new Map() });
    const { lost, problems } = verdict();
    expect(lost).toHaveLength(4);
    expect(problems[0]).toMatch(/^the cluster was born anew, empty: all 4 writes/);
    expect(problems.at(-1)).toMatch(/^the data are at revision 1, which is before what was acknowledged/);
  });
});

describe("a cluster that went back to older data", () => {
  test("is told apart from an empty one", () => {
    history.writes(4);
    const [data, revision] = [new Map(history.data), history.revision];
    history.writes(4);
    Object.assign(history, { data, revision });
    history.refuseLink(history.send("link"));
    history.writes(6);
    const { lost, problems } = verdict();
    expect(lost).toHaveLength(4);
    expect(problems[0]).toBe(
      "the cluster went back to an older state of its data, of before revision 105: all 4 writes acknowledged from " +
        "there up to 2026-01-01T00:00:00.160Z are gone, and everything before is there",
    );
    expect(problems).toContainEqual(
      expect.stringMatching(
        /^revision 105 was given twice, so there are two histories: \/load\/test\/write\/5 .*, and \/load\/test\/write\/10 /,
      ),
    );
  });
});

describe("a member", () => {
  test("that has other data is named", () => {
    history.writes(4);
    const { agreed, members } = history.read();
    const kvs = agreed.kvs.slice(1).map((kv) => (kv.value === "value 3" ? { ...kv, value: "value 7" } : kv));
    const { problems } = judge(history.records, {
      agreed,
      members: [...members.slice(0, 2), { ...agreed, endpoint: "http://etcd-2:2379", kvs }],
    });
    expect(problems).toEqual([
      "http://etcd-2:2379 (member a1) has other data at revision 104: /load/test/write/1 is absent there, and " +
        '"value 1" (revision 101, created at 101, version 1) elsewhere (and 1 more like this)',
    ]);
  });

  test("of another cluster is named", () => {
    history.writes(2);
    const { agreed, members } = history.read();
    const other = {
      ...agreed,
      endpoint: "http://etcd-2:2379",
      header: { ...agreed.header, clusterId: "c2" },
    };
    const { problems } = judge(history.records, { agreed, members: [...members.slice(0, 2), other] });
    expect(problems).toEqual([
      expect.stringMatching(
        /^answers came from 2 clusters.*c2 \(http:\/\/etcd-2:2379, when its data were read\)$/,
      ),
    ]);
  });

  test("that could not be read is named", () => {
    history.writes(2);
    const failure = "it is at revision 7 and comes no further";
    const members = [{ endpoint: "http://etcd-1:2379", failure }];
    expect(judge(history.records, history.read({ members })).problems).toEqual([
      "http://etcd-1:2379 could not be read: it is at revision 7 and comes no further",
    ]);
  });
});

test("a log that has an outcome of a write that it does not have is refused", () => {
  const attempt = history.write();
  history.records.splice(history.records.indexOf(attempt), 1);
  expect(() => verdict()).toThrow("the log has an outcome of write 1, but not the write");
});
