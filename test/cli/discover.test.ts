import { expect, test } from "vitest";
import { discoverEndpoints, type ResolveSrv } from "../../lib/cli/reach/discover";
import { ExternalError } from "../../lib/errors";

type Records = Readonly<Record<string, readonly { name: string; port: number }[] | string>>;

/** A name server; text is the code that it fails with. */
function server(records: Records): ResolveSrv {
  return (name) => {
    const found = records[name] ?? "ENOTFOUND";
    return typeof found === "string"
      ? Promise.reject(Object.assign(new Error(`querySrv ${found} ${name}`), { code: found }))
      : Promise.resolve(found);
  };
}

test("the records with TLS come first, without the dot at the end", async () => {
  const resolve = server({
    "_etcd-client._tcp.example.org": [{ name: "c.example.org.", port: 2379 }],
    "_etcd-client-ssl._tcp.example.org": [
      { name: "a.example.org.", port: 2379 },
      { name: "b.example.org", port: 2381 },
    ],
  });
  expect(await discoverEndpoints({ domain: "example.org" }, resolve)).toEqual([
    "https://a.example.org:2379",
    "https://b.example.org:2381",
    "http://c.example.org:2379",
  ]);
});

test("one kind of record is enough, also when the other one cannot be asked for", async () => {
  const resolve = server({
    "_etcd-client-ssl-two._tcp.example.org": [{ name: "a.example.org", port: 2379 }],
    "_etcd-client-two._tcp.example.org": "ESERVFAIL",
  });
  expect(await discoverEndpoints({ domain: "example.org", serviceName: "two" }, resolve)).toEqual([
    "https://a.example.org:2379",
  ]);
});

test("no records are told from a name server that does not answer", async () => {
  const absent: unknown = await discoverEndpoints({ domain: "example.org" }, server({})).catch(
    (thrown: unknown) => thrown,
  );
  expect(absent).toBeInstanceOf(ExternalError);
  expect(absent).toMatchObject({
    message: "no service record _etcd-client-ssl._tcp.example.org nor _etcd-client._tcp.example.org",
    remedy: expect.stringContaining("--endpoints"),
  });
  const refused = server({ "_etcd-client._tcp.example.org": "ECONNREFUSED" });
  await expect(discoverEndpoints({ domain: "example.org" }, refused)).rejects.toThrow(
    "cannot look up _etcd-client-ssl._tcp.example.org and _etcd-client._tcp.example.org: Error: querySrv ECONNREFUSED",
  );
});
