import { describe, expect, test } from "vitest";
import { SETTING_KEYS, SETTINGS } from "../../lib/cluster/settings";
import { DefinitionError } from "../../lib/errors";
import { renderEnvFile } from "../../lib/rendering/env-file";
import { awsCluster, DATA_DIR, localCluster, memberOf, TLS } from "./support/fixtures";

const options = { release: "3.6.14", dataDir: DATA_DIR };

function variables(text: string): Map<string, string> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

describe("the whole env file", () => {
  test("of a member on EC2", async () => {
    const cluster = awsCluster({ metricsPort: 2381 });
    const text = renderEnvFile(cluster, memberOf(cluster, 1), options);
    await expect(text).toMatchFileSnapshot("__snapshots__/aws-http.env");
  });

  test("of a member on EC2 with mutual TLS", async () => {
    const cluster = awsCluster({ tls: TLS });
    const text = renderEnvFile(cluster, memberOf(cluster, 1), options);
    await expect(text).toMatchFileSnapshot("__snapshots__/aws-tls.env");
  });

  test("of a single local member on an old release that joins", async () => {
    const cluster = localCluster();
    const text = renderEnvFile(cluster, memberOf(cluster), {
      release: "3.4.23",
      dataDir: "/home/somebody/.cdktf-etcd/here/etcd-0",
      initialClusterState: "existing",
    });
    await expect(text).toMatchFileSnapshot("__snapshots__/local-3.4.env");
  });
});

describe("renderEnvFile", () => {
  test.each([1, 3, 5, 7])("names all members of a cluster of %i, the same on each of them", (memberCount) => {
    const cluster = awsCluster({ memberCount });
    const lists = cluster.members.map((member) =>
      variables(renderEnvFile(cluster, member, options)).get("ETCD_INITIAL_CLUSTER"),
    );
    const expected = cluster.members.map(({ name, address }) => `${name}=http://${address}:2380`).join(",");
    expect(new Set(lists)).toEqual(new Set([expected]));
  });

  test("gives the same text at every call", () => {
    const cluster = awsCluster({ tls: TLS });
    const render = () => renderEnvFile(cluster, memberOf(cluster), options);
    expect(render()).toBe(render());
  });

  test("writes each variable once: no setting has the name of another line", () => {
    const cluster = awsCluster({ tls: TLS, metricsPort: 2381 });
    const own = variables(renderEnvFile(cluster, memberOf(cluster), options).split("\n# Settings")[0] ?? "");
    expect(own.size).toBeGreaterThan(15);
    const spellings = SETTING_KEYS.flatMap((key) => SETTINGS[key].spellings);
    const names = spellings.map((spelling) =>
      "variable" in spelling ? spelling.variable : "ETCD_FEATURE_GATES",
    );
    expect(names.filter((name) => own.has(name))).toEqual([]);
  });

  test("adds a loopback listener on EC2, where etcdctl looks by itself, but not for local members", () => {
    const aws = awsCluster();
    const local = localCluster({ clientPort: 22379 });
    expect(variables(renderEnvFile(aws, memberOf(aws), options)).get("ETCD_LISTEN_CLIENT_URLS")).toBe(
      "http://10.40.0.10:2379,http://127.0.0.1:2379",
    );
    expect(variables(renderEnvFile(local, memberOf(local), options)).get("ETCD_LISTEN_CLIENT_URLS")).toBe(
      "http://127.0.0.1:22379",
    );
  });

  test("refuses values that cannot be written, naming every variable", () => {
    const tls = { ...TLS, client: { ...TLS.client, caFile: "/etc/etcd/${ca}", keyFile: "/etc/etcd/a\nb" } };
    const cluster = awsCluster({ tls });
    const render = () => renderEnvFile(cluster, memberOf(cluster), { ...options, dataDir: "/data\0" });
    expect(render).toThrow(DefinitionError);
    expect(render).toThrow(/ETCD_DATA_DIR[^]*ETCD_TRUSTED_CA_FILE[^]*ETCD_KEY_FILE/);
  });
});
