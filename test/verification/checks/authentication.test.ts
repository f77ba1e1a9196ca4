import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  verify,
  waitUntilHealthy,
  type UserCredentials,
  type VerificationReport,
} from "../../../lib/verification";
import { etcdBinaries } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";
import { check, failedChecks } from "../support/reports";

// What is told is what matters here, not how soon on a machine that others use too.
const patient = { callTimeoutMs: 10_000 };
const skip = ["lease-expires"];
const root: UserCredentials = { name: "root", password: "root's" };
const verifier: UserCredentials = { name: "verifier", password: "verifier's" };
const nobody: UserCredentials = { name: "nobody", password: "nobody's" };

async function enableAuth(cluster: RawCluster): Promise<void> {
  const etcdctl = (...args: string[]): Promise<string> => cluster.etcdctl(args);
  for (const { name, password } of [root, verifier, nobody])
    await etcdctl("user", "add", `${name}:${password}`);
  await etcdctl("role", "add", "root");
  await etcdctl("user", "grant-role", "root", "root");
  await etcdctl("role", "add", "checks");
  await etcdctl("role", "grant-permission", "checks", "--prefix=true", "readwrite", "/cdktf-etcd/verify/");
  await etcdctl("user", "grant-role", "verifier", "checks");
  await etcdctl("auth", "enable");
}

const reasons = (report: VerificationReport, id: string): string[] =>
  check(report, id).results.map(({ reason }) => reason);

/** What every check says that failed. */
const said = (report: VerificationReport): string[] =>
  report.checks.flatMap(({ id, results }) =>
    results.filter(({ outcome }) => outcome === "failed").map(({ reason }) => `${id}: ${reason}`),
  );

describe.each([
  ["the oldest release", 0, false],
  ["Debian stable's release", 1, false],
  // From 3.5.28 until 3.5.31 the status is for users with the role root.
  ["the newest release", 2, true],
])("authentication of %s", (_title, index, statusNeedsRoot) => {
  let cluster: RawCluster;

  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    // Tokens that end after a second or two, once nobody uses them.
    cluster = await RawCluster.start({ binaries, flags: ["--auth-token-ttl=1"] });
  });
  afterAll(() => cluster?.stop());

  test("passes while it is not enabled and nobody is named", async () => {
    const report = await verify({ ...patient, expectation: cluster.expectation, skip });
    expect(check(report, "authentication").results).toMatchObject([
      { outcome: "passed", reason: "not enabled" },
    ]);
  });

  test("warns while it is not enabled and a user is named, and all is verified nevertheless", async () => {
    const report = await verify({ ...patient, expectation: cluster.expectation, user: verifier, skip });
    expect(said(report)).toEqual([]);
    expect(check(report, "write-read").outcome).toBe("passed");
    expect(check(report, "authentication")).toMatchObject({
      outcome: "warned",
      results: [
        { reason: "not enabled: anybody who reaches a client port has all rights, not only verifier" },
      ],
    });
  });

  describe("once enabled", () => {
    beforeAll(() => enableAuth(cluster));

    test("lets root do everything", async () => {
      const report = await verify({ ...patient, expectation: cluster.expectation, user: root });
      expect(said(report)).toEqual([]);
      expect(report.verdict).toBe("healthy");
      for (const id of ["write-read", "watch-sees", "lease-expires", "membership", "one-leader"]) {
        expect(check(report, id).outcome).toBe("passed");
      }
    });

    test("names the faults of the release that matter with it", async () => {
      const report = await verify({ ...patient, expectation: cluster.expectation, user: root, skip });
      expect(reasons(report, "authentication").join()).toContain("GHSA-xg4h-6gfc-h4m8");
      expect(check(report, "authentication").outcome).toBe("warned");
    });

    test("needs a user, which is said once and by no other check", async () => {
      const report = await verify({ ...patient, expectation: cluster.expectation });
      expect(said(report)).toEqual(["authentication: authentication is enabled and no user was given"]);
      const [result] = check(report, "authentication").results;
      expect(result?.remedy).toContain("--prefix=true readwrite /cdktf-etcd/verify/");
      expect(report.verdict).toBe("unhealthy");
      expect(["skipped", "passed"]).toContain(check(report, "write-read").outcome);
    });

    test("refuses a wrong password, which is said once", async () => {
      const report = await verify({
        ...patient,
        expectation: cluster.expectation,
        user: { ...root, password: "wrong" },
      });
      expect(said(report)).toEqual([
        "authentication: root is refused: there is no such user, or the password is wrong",
      ]);
    });

    test("refuses a user without rights, and tells how to grant them", async () => {
      const report = await verify({ ...patient, expectation: cluster.expectation, user: nobody });
      expect(said(report)).toEqual([
        "authentication: nobody may not read and write below /cdktf-etcd/verify/",
      ]);
      expect(check(report, "authentication").results[0]?.remedy).toContain(
        "etcdctl user grant-role nobody verify",
      );
    });

    test("lets a user do what was granted, as far as the release gives its status to one", async () => {
      const report = await verify({ ...patient, expectation: cluster.expectation, user: verifier });
      if (statusNeedsRoot) {
        expect(said(report)).toEqual([
          "authentication: verifier may not ask for the status, without which nothing can be verified",
        ]);
      } else {
        expect(said(report)).toEqual([]);
        expect(report.verdict).toBe("healthy");
        expect(check(report, "write-read").outcome).toBe("passed");
      }
    });

    test("granted as the remedy says is enough", async () => {
      const report = await verify({ ...patient, expectation: cluster.expectation, user: nobody, skip });
      const commands = /`(.*)`/.exec(check(report, "authentication").results[0]?.remedy ?? "")?.[1] ?? "";
      for (const command of commands.split("; ")) {
        const [program, ...args] = command.split(" ");
        expect(program).toBe("etcdctl");
        await cluster.etcdctl([`--user=${root.name}:${root.password}`, ...args]);
      }
      const again = await verify({ ...patient, expectation: cluster.expectation, user: nobody, skip });
      expect(said(again).join()).not.toContain("may not read and write");
    });

    test("gets a new token when the old one ended while waiting", async () => {
      // Not all that is there is defined, so the checks are repeated: after one second, after two more, after four more.
      const members = cluster.expectation.members.slice(0, 2);
      const report = await waitUntilHealthy({
        ...patient,
        expectation: { members },
        user: root,
        timeoutMs: 8000,
        skip,
      });
      expect(failedChecks(report)).toEqual(["membership"]);
      expect(check(report, "watch-sees").outcome).toBe("passed");
      expect(check(report, "write-read").outcome).toBe("passed");
    });

    test("ends a wait at once when the user is wrong", async () => {
      const began = performance.now();
      const report = await waitUntilHealthy({
        expectation: cluster.expectation,
        user: { ...root, password: "wrong" },
        timeoutMs: 600_000,
        skip,
      });
      expect(failedChecks(report)).toEqual(["authentication"]);
      expect(performance.now() - began).toBeLessThan(20_000);
    });

    test("tells the state of those that live without a quorum, as far as the release does without a user", async () => {
      await Promise.all([cluster.member("etcd-2").kill(), cluster.member("etcd-3").kill()]);
      try {
        const report = await vi.waitFor(
          async () => {
            const latest = await verify({ expectation: cluster.expectation, user: root, skip });
            expect(latest.endpoints.filter(({ status }) => status?.leaderId !== undefined)).toEqual([]);
            return latest;
          },
          { timeout: 20_000, interval: 200 },
        );
        expect(failedChecks(report)).toContain("member-answers");
        expect(failedChecks(report)).not.toContain("authentication");
        if (!statusNeedsRoot) expect(failedChecks(report)).toContain("one-leader");
        expect(report.tookMs).toBeLessThan(3000);
      } finally {
        await Promise.all([cluster.member("etcd-2").restart(), cluster.member("etcd-3").restart()]);
      }
    });
  });
});

/** With client certificates the common name is the user: https://etcd.io/docs/v3.5/op-guide/authentication/rbac/ */
describe.each([
  ["the oldest release", 0, "verifier"],
  ["Debian stable's release", 1, "verifier"],
  ["the newest release", 2, "root"],
])("authentication of %s by certificate", (_title, index, operator) => {
  let cluster: RawCluster;

  beforeAll(async () => {
    const binaries = (await etcdBinaries())[index];
    if (binaries === undefined) throw new Error("no etcd");
    cluster = await RawCluster.start({ binaries, size: 1, tls: { operator } });
  });
  afterAll(() => cluster?.stop());

  test("passes while it is not enabled", async () => {
    const report = await verify({ ...patient, expectation: cluster.expectation, tls: cluster.tls, skip });
    expect(reasons(report, "authentication")).toEqual(["not enabled"]);
  });

  test("lets the one whom the certificate names do what was granted", async () => {
    await enableAuth(cluster);
    const report = await verify({ ...patient, expectation: cluster.expectation, tls: cluster.tls, skip });
    expect(said(report)).toEqual([]);
    expect(check(report, "write-read").outcome).toBe("passed");
    expect(reasons(report, "authentication").join()).toContain("GHSA-xg4h-6gfc-h4m8");
  });

  test("asks with the rights of the user given rather than the certificate's", async () => {
    const report = await verify({
      ...patient,
      expectation: cluster.expectation,
      tls: cluster.tls,
      user: { ...root, password: "wrong" },
      skip,
    });
    expect(said(report)).toEqual([
      "authentication: root is refused: there is no such user, or the password is wrong",
    ]);
  });

  test("refuses a certificate whose name is no user", async () => {
    const stranger = await cluster.secrets?.clientAuthority.issue("stranger");
    if (stranger === undefined) throw new Error("no TLS");
    const tls = {
      ...cluster.tls,
      cert: await readFile(stranger.certFile),
      key: await readFile(stranger.keyFile),
    };
    const report = await verify({ ...patient, expectation: cluster.expectation, tls, skip });
    expect(said(report)).toEqual([
      "authentication: the user of the client certificate may not read and write below /cdktf-etcd/verify/",
    ]);
  });
});
