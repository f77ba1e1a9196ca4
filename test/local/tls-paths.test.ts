import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LocalCluster } from "../../lib/cluster/cluster";
import { parseCluster } from "../../lib/cluster/define";
import { trustOf, withAbsoluteTls } from "../../lib/local";

let folder: string;
const before = process.cwd();
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "cdktf-etcd-trust-")));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

function cluster(definition = "name: demo\n"): LocalCluster {
  return parseCluster(definition, "cluster.yaml", "local", "local") as LocalCluster;
}

function writeCas(client: string, peer: string): void {
  mkdirSync("pki/demo", { recursive: true });
  writeFileSync("pki/demo/client-ca.crt", client);
  writeFileSync("pki/demo/peer-ca.crt", peer);
}

const OWN = `
name: demo
tls:
  client: { caFile: /nowhere/ca.crt, certFile: "/nowhere/{member}.crt", keyFile: "/nowhere/{member}.key" }
  peer: { caFile: /nowhere/ca.crt, certFile: "/nowhere/{member}.crt", keyFile: "/nowhere/{member}.key" }
  operator: { caFile: /nowhere/ca.crt, certFile: /nowhere/o.crt, keyFile: /nowhere/o.key }
`;

test("gives etcd absolute paths, and leaves those alone that are", () => {
  expect(withAbsoluteTls(cluster()).tls).toMatchObject({
    client: {
      caFile: join(folder, "pki/demo/client-ca.crt"),
      certFile: join(folder, "pki/demo/members/{member}/server.crt"),
    },
    peer: { keyFile: join(folder, "pki/demo/members/{member}/peer.key") },
  });
  expect(withAbsoluteTls(cluster(OWN))).toEqual(cluster(OWN));
  expect(withAbsoluteTls(cluster("name: demo\ntls: false\n")).tls).toBeUndefined();
});

test("tells one pair of CAs from another, and those that are still to be made from both", () => {
  const trust = (): string | undefined => trustOf(cluster().tls, "etcd-0");
  const none = trust();
  writeCas("a", "b");
  const first = trust();
  expect(trust()).toBe(first);
  writeCas("a", "c");
  const second = trust();
  writeCas("ab", "");
  const third = trust();
  expect(new Set([none, first, second, third]).size).toBe(4);
});

test("knows nothing of CAs that are neither here nor ours to make, and of no TLS that there are none", () => {
  expect(trustOf(cluster(OWN).tls, "etcd-0")).toBeUndefined();
  expect(trustOf(cluster("name: demo\ntls: false\n").tls, "etcd-0")).toBe("");
});
