import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { DefinitionError } from "../../lib/errors";
import { runProgram } from "../../lib/local/run-program";
import { renderUserData, USER_DATA_LIMIT_BYTES } from "../../lib/rendering";
import { renderUserDataFiles } from "../../lib/rendering/member-files";
import { debianTool } from "../support/debian-tools";
import { awsCluster, memberOf, PKI, TLS } from "./support/fixtures";

/** The first run on a machine downloads the packages. */
const FIRST_RUN_MS = 300_000;

interface CloudConfig {
  readonly users: readonly unknown[];
  readonly write_files: readonly { path: string; permissions?: string; content: string }[];
  readonly runcmd: readonly string[][];
}

const nastyTls = { ...TLS, peer: { ...TLS.peer, caFile: `/etc/my "keys": #1 & 'more' é 🙂/$x\`y\\100%` } };

describe("the whole user data", () => {
  test("of one of three members on arm64", async () => {
    const cluster = awsCluster();
    await expect(renderUserData(cluster, memberOf(cluster, 2))).toMatchFileSnapshot(
      "__snapshots__/arm64-http.yaml",
    );
  });

  test("of a single member on amd64 with mutual TLS and a metrics listener", async () => {
    const cluster = awsCluster({ memberCount: 1, architecture: "amd64", tls: TLS, metricsPort: 2381 });
    await expect(renderUserData(cluster, memberOf(cluster))).toMatchFileSnapshot(
      "__snapshots__/amd64-tls.yaml",
    );
  });

  test("of one of three members with the certificates of the bucket, as it is by default", async () => {
    const cluster = awsCluster({ tls: PKI });
    await expect(renderUserData(cluster, memberOf(cluster))).toMatchFileSnapshot(
      "__snapshots__/arm64-default.yaml",
    );
  });
});

describe("renderUserData", () => {
  test.each([
    ["plain", {}],
    ["with the certificates of the bucket", { tls: PKI }],
    ["with certificates of the user's own", { tls: TLS }],
    ["with file names that YAML and shells could stumble over", { tls: nastyTls }],
  ])("holds every file unchanged: %s", (_, options) => {
    const cluster = awsCluster(options);
    const member = memberOf(cluster);
    const userData = renderUserData(cluster, member);
    const written = (parse(userData) as CloudConfig).write_files;
    expect(written.map(({ permissions = "0644", ...file }) => ({ ...file, permissions }))).toEqual(
      renderUserDataFiles(cluster, member).map(({ path, content, mode }) => ({
        path,
        permissions: mode,
        content,
      })),
    );
  });

  test("keeps the image's own login and runs the set-up script", () => {
    const cluster = awsCluster();
    const { users, runcmd } = parse(renderUserData(cluster, memberOf(cluster))) as CloudConfig;
    expect(users[0]).toBe("default");
    expect(users[1]).toMatchObject({ name: "etcd", system: true, shell: "/usr/sbin/nologin" });
    expect(runcmd).toEqual([["systemctl", "enable", "--now", "etcd-setup.service"]]);
  });

  test.each([1, 3, 5])("of %i members with TLS leaves a tenth of EC2's limit free", (memberCount) => {
    const cluster = awsCluster({ memberCount, tls: PKI, metricsPort: 2381 });
    for (const member of cluster.members) {
      expect(Buffer.byteLength(renderUserData(cluster, member))).toBeLessThan(USER_DATA_LIMIT_BYTES * 0.9);
    }
  });

  test("of seven members with names of forty characters leaves 1 KiB of it free", () => {
    const memberName = (index: number) => `${"a".repeat(38)}-${index}`;
    const cluster = awsCluster({ memberCount: 7, memberName, tls: PKI, metricsPort: 2381 });
    for (const member of cluster.members) {
      expect(Buffer.byteLength(renderUserData(cluster, member))).toBeLessThan(USER_DATA_LIMIT_BYTES - 1024);
    }
  });

  test("fetches the tarball of the architecture and checks it against that one's sum", () => {
    for (const [architecture, letter] of [
      ["amd64", "a"],
      ["arm64", "b"],
    ] as const) {
      const cluster = awsCluster({ architecture });
      const userData = renderUserData(cluster, memberOf(cluster));
      expect(userData).toContain(` etcd/v3.6.14/etcd-v3.6.14-linux-${architecture}.tar.gz "$TARBALL"\n`);
      expect(userData).toContain(`SHA256=${letter.repeat(64)}\n`);
    }
  });

  test("refuses more than EC2 takes, with size and limit", () => {
    const hostWhitelist = Array.from({ length: 200 }, (_, index) => `host-${index}.example.com`);
    const cluster = awsCluster({ etcd: { settings: { hostWhitelist } } });
    const render = () => renderUserData(cluster, memberOf(cluster));
    expect(render).toThrow(DefinitionError);
    expect(render).toThrow(
      /members\.etcd-0: its user data must be at most 16384 bytes \(a limit of EC2\), got 1\d{4} bytes/,
    );
  });

  test("counts bytes, not characters", () => {
    const tls = { ...TLS, peer: { ...TLS.peer, keyFile: `/${"é".repeat(2000)}` } };
    const cluster = awsCluster({ tls });
    expect(() => renderUserData(cluster, memberOf(cluster))).toThrow(/at most 16384 bytes/);
  });

  test.each([
    ["name", { name: "demo\nruncmd: [reboot]" }],
    [
      "etcd.downloadBaseUrl",
      { etcd: { ...awsCluster().etcd, downloadBaseUrl: "https://${TfToken[TOKEN.3]}" } },
    ],
  ])("refuses a %s that would break out of its place", (path, change) => {
    const cluster = { ...awsCluster(), ...change };
    expect(() => renderUserData(cluster, memberOf(cluster))).toThrow(`${path}: must be one line of text`);
  });
});

describe("cloud-init's own schema", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cloud-config-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function schemaCheck(userData: string) {
    const { command, env } = await debianTool("cloud-init");
    const [program, ...prefix] = command;
    const file = join(folder, "user-data.yaml");
    await writeFile(file, userData);
    return runProgram(program, [...prefix, "schema", "--config-file", file], { env });
  }

  test.each([
    ["plain", {}],
    ["nasty", { tls: nastyTls, memberCount: 7 }],
  ])(
    "accepts the user data: %s",
    async (_, options) => {
      const cluster = awsCluster(options);
      const { failure, stdout, stderr } = await schemaCheck(renderUserData(cluster, memberOf(cluster)));
      expect(failure, `${stdout}${stderr}`).toBeUndefined();
    },
    FIRST_RUN_MS,
  );

  test("refuses the same text with a misspelt key", async () => {
    const cluster = awsCluster();
    const broken = renderUserData(cluster, memberOf(cluster)).replace("permissions:", "permisions:");
    const { exitCode, stdout, stderr } = await schemaCheck(broken);
    expect(exitCode).toBe(1);
    expect(`${stdout}${stderr}`).toMatch(/permisions/);
  });
});
