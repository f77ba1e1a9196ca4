import { describe, expect, test } from "vitest";
import { UsageError } from "../../lib/errors";
import { addressOf, targetsOf } from "../../lib/client/endpoint";

describe("endpoints", () => {
  test.each([
    ["http://127.0.0.1:2379", "http://127.0.0.1:2379"],
    ["http://127.0.0.1:2379/", "http://127.0.0.1:2379"],
    ["127.0.0.1:2379", "http://127.0.0.1:2379"],
    ["HTTPS://etcd-1.example.internal:443", "https://etcd-1.example.internal:443"],
    ["http://[::1]:2379", "http://[::1]:2379"],
    ["http://ETCD-1.Example.internal:02379", "http://etcd-1.example.internal:2379"],
  ])("%s is asked as %s", (given, endpoint) => {
    expect(targetsOf({ endpoints: [given] })).toMatchObject([{ label: endpoint, endpoint }]);
  });

  test("members are called by their names", () => {
    const members = [{ name: "a", endpoint: "http://127.0.0.1:1/", peerUrls: [] }];
    expect(targetsOf({ expectation: { members } })).toMatchObject([
      { label: "a", endpoint: "http://127.0.0.1:1" },
    ]);
  });

  test("refuses everything that is no endpoint, all at once", () => {
    const endpoints = [
      "etcd-1",
      "http://h",
      "ftp://h:1",
      "http://h:1/v3",
      "h:0",
      "h:65536",
      "",
      "http://a b:1",
      "http://256.1.1.1:2379",
      "http://[::::]:2379",
    ];
    expect(() => targetsOf({ endpoints })).toThrowErrorMatchingInlineSnapshot(
      `[UsageError: "etcd-1" is not an endpoint; "http://h" is not an endpoint; "ftp://h:1" is not an endpoint; "http://h:1/v3" is not an endpoint; "h:0" is not an endpoint; "h:65536" is not an endpoint; "" is not an endpoint; "http://a b:1" is not an endpoint; "http://256.1.1.1:2379" is not an endpoint; "http://[::::]:2379" is not an endpoint]`,
    );
  });

  test("refuses the same endpoint twice", () => {
    expect(() => targetsOf({ endpoints: ["h:1", "http://h:1/"] })).toThrow("http://h:1 is given twice");
    expect(() => targetsOf({ endpoints: ["h:1", "http://H:01"] })).toThrow("http://h:1 is given twice");
  });

  test("refuses no endpoint, none of both and both of both", () => {
    expect(() => targetsOf({ endpoints: [] })).toThrow(UsageError);
    expect(() => targetsOf({})).toThrow(UsageError);
    expect(() => targetsOf({ endpoints: ["h:1"], expectation: { members: [] } })).toThrow(UsageError);
  });

  test("a default port is a port", () => {
    expect(addressOf("https://h:443")).toEqual({ host: "h", port: 443 });
    expect(addressOf("http://[::1]:80")).toEqual({ host: "::1", port: 80 });
  });
});

test("what connects elsewhere is still checked against the endpoint's own host", () => {
  const connectTo = (endpoint: string) =>
    endpoint.includes("10.0.1.10") ? { host: "127.0.0.1", port: 40001 } : undefined;
  const endpoints = ["https://10.0.1.10:2379", "https://[fd00::1]:2379"];
  expect(targetsOf({ endpoints, connectTo })).toEqual([
    {
      label: endpoints[0],
      endpoint: endpoints[0],
      address: { host: "127.0.0.1", port: 40001 },
      serverName: "10.0.1.10",
    },
    {
      label: endpoints[1],
      endpoint: endpoints[1],
      address: { host: "fd00::1", port: 2379 },
      serverName: "fd00::1",
    },
  ]);
});
