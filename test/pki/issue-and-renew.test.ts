import { chmodSync, renameSync, rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ExternalError, UsageError } from "../../lib/errors";
import {
  issueCertificates,
  listCertificates,
  renewCertificates,
  type IssueRequest,
  type PkiStep,
  type RenewRequest,
} from "../../lib/pki";
import { daysFromNow, MS_PER_DAY, onLocal, PkiProject } from "./pki-project";

const CLUSTER = onLocal();

function told(steps: readonly PkiStep[]): string[] {
  return steps.map(({ kind, certFile, reason }) =>
    [`${kind} ${certFile.replace("pki/demo/", "")}`, ...(reason === undefined ? [] : [reason])].join(": "),
  );
}

const issue = async (project: PkiProject, request: IssueRequest): Promise<string[]> =>
  told(await issueCertificates(CLUSTER, request, { projectDir: project.folder }));

const renew = async (project: PkiProject, request: RenewRequest = {}, now?: Date): Promise<string[]> =>
  told(await renewCertificates(CLUSTER, request, { projectDir: project.folder, now }));

describe("issuing", () => {
  test("makes certificates of applications, with their name for etcd's user", async () => {
    const project = await PkiProject.withCertificates();
    expect(await issue(project, { clients: ["my-app", "Backup_2.x", "my-app"] })).toEqual([
      "made clients/my-app.crt",
      "made clients/Backup_2.x.crt",
    ]);
    const { client, clientCa } = project.layout;
    expect(project.certificate(client("my-app")).subject).toBe("CN=my-app");
    expect(project.mode(client("my-app").keyFile)).toBe("600");
    expect(await project.verify(clientCa, client("Backup_2.x"), "-purpose", "sslclient")).toContain(": OK");
    expect(await issue(project, { clients: ["my-app"] })).toEqual(["kept clients/my-app.crt"]);
  });

  test("makes those of the named member only, where they do not fit", async () => {
    const project = await PkiProject.withCertificates();
    for (const member of ["etcd-0", "etcd-1"]) rmSync(project.path(`pki/demo/members/${member}/peer.key`));
    rmSync(project.path("pki/demo/clients/operator.crt"));
    expect(await issue(project, { members: ["etcd-1"] })).toEqual([
      "kept members/etcd-1/server.crt",
      "reissued members/etcd-1/peer.crt: pki/demo/members/etcd-1/peer.key is missing",
    ]);
    expect(project.mistakes()).toHaveLength(2);
    expect(await issue(project, { members: ["etcd-0"], clients: ["operator"] })).toEqual([
      "kept members/etcd-0/server.crt",
      "reissued members/etcd-0/peer.crt: pki/demo/members/etcd-0/peer.key is missing",
      "reissued clients/operator.crt: is missing",
    ]);
    expect(project.mistakes()).toEqual([]);
  });

  test("needs the CA of what it makes, and no other", async () => {
    const project = await PkiProject.withCertificates();
    rmSync(project.path("pki/demo/peer-ca.key"));
    expect(await issue(project, { clients: ["my-app"] })).toEqual(["made clients/my-app.crt"]);
    renameSync(project.path("pki/demo/client-ca.key"), project.path("away.key"));
    await expect(issue(project, { clients: ["other"] })).rejects.toThrow(
      "pki/demo/client-ca.key is missing, and without it nothing can be signed: pki/demo/clients/other.crt (is missing, and so is its key)",
    );
  });

  test.each(["", ".", "..", "../operator", "a/b", "-x", ".hidden", "a b", "ä", "x".repeat(64), "a\nb"])(
    "takes no client of the name %j",
    async (name) => {
      const project = await PkiProject.withCertificates();
      const before = project.contents();
      const refused = issue(project, { clients: ["fine", name] });
      await expect(refused).rejects.toThrow(UsageError);
      await expect(refused).rejects.toThrow(`got ${JSON.stringify(name)}`);
      expect(project.contents()).toEqual(before);
    },
  );

  test("knows the members of the definition only", async () => {
    const project = await PkiProject.withCertificates();
    await expect(issue(project, { members: ["etcd-0", "etcd-7"] })).rejects.toThrow(
      "no member etcd-7 in the definition; there are etcd-0, etcd-1, etcd-2",
    );
  });

  test("does not begin a cluster's certificates", async () => {
    const project = PkiProject.create();
    for (const work of [
      issue(project, { members: ["etcd-0"] }),
      renew(project),
      renew(project, { all: true }),
    ]) {
      await expect(work).rejects.toThrow(ExternalError);
      await expect(work).rejects.toThrow("there are no certificates for demo yet");
    }
  });
});

describe("renewing", () => {
  test("leaves alone what lasts longer than a month", async () => {
    const project = await PkiProject.withCertificates();
    const before = project.contents();
    expect(await renew(project, {}, daysFromNow(334))).toEqual([]);
    expect(project.contents()).toEqual(before);
  });

  test("replaces certificates and keys that end within 30 days, also those of applications", async () => {
    const project = await PkiProject.withCertificates();
    await issue(project, { clients: ["my-app"] });
    const now = daysFromNow(336);
    await issueCertificates(CLUSTER, { clients: ["young"] }, { projectDir: project.folder, now });
    const before = project.contents();
    expect(await renew(project, {}, now)).toEqual([
      "reissued members/etcd-0/server.crt",
      "reissued members/etcd-0/peer.crt",
      "reissued members/etcd-1/server.crt",
      "reissued members/etcd-1/peer.crt",
      "reissued members/etcd-2/server.crt",
      "reissued members/etcd-2/peer.crt",
      "reissued clients/operator.crt",
      "reissued clients/my-app.crt",
    ]);
    const same = Object.entries(project.contents()).filter(([name, sum]) => before[name] === sum);
    expect(same.map(([name]) => name)).toEqual([
      ".gitignore",
      "demo/client-ca.crt",
      "demo/client-ca.key",
      "demo/clients/young.crt",
      "demo/clients/young.key",
      "demo/peer-ca.crt",
      "demo/peer-ca.key",
    ]);
    expect(project.mistakes(CLUSTER, now)).toEqual([]);
    expect(await renew(project, {}, now)).toEqual([]);
  });

  test("replaces what has expired", async () => {
    const project = await PkiProject.withCertificates();
    const now = daysFromNow(500);
    const steps = await renew(project, {}, now);
    expect(steps).toHaveLength(7);
    expect(steps[0]).toMatch(/^reissued members\/etcd-0\/server\.crt: has expired on /);
    expect(project.mistakes(CLUSTER, now)).toEqual([]);
  });

  test("takes another time than a month", async () => {
    const project = await PkiProject.withCertificates();
    expect(await renew(project, { withinMs: 364 * MS_PER_DAY })).toEqual([]);
    expect(await renew(project, { withinMs: 366 * MS_PER_DAY })).toHaveLength(7);
  });

  test("replaces what is named, however young, and all of it on request", async () => {
    const project = await PkiProject.withCertificates();
    await issue(project, { clients: ["my-app"] });
    expect(await renew(project, { names: ["my-app", "etcd-2"] })).toEqual([
      "reissued members/etcd-2/server.crt",
      "reissued members/etcd-2/peer.crt",
      "reissued clients/my-app.crt",
    ]);
    expect(await renew(project, { all: true })).toHaveLength(8);
    expect(project.mistakes()).toEqual([]);
  });

  test("refuses a name that has no certificate, and says which have", async () => {
    const project = await PkiProject.withCertificates();
    await expect(renew(project, { names: ["operator", "my-app"] })).rejects.toThrow(
      "no certificate of my-app; there are those of etcd-0, etcd-1, etcd-2, operator",
    );
  });

  test("does nothing without the key of a CA", async () => {
    const project = await PkiProject.withCertificates();
    rmSync(project.path("pki/demo/peer-ca.key"));
    const before = project.contents();
    await expect(renew(project, { names: ["etcd-0"] })).rejects.toThrow(
      "pki/demo/peer-ca.key is missing, and without it nothing can be signed: pki/demo/members/etcd-0/peer.crt",
    );
    expect(project.contents()).toEqual(before);
  });

  test("does not replace, over and over, what ends with its CA", async () => {
    const project = PkiProject.create();
    await project.ensure(CLUSTER, { now: daysFromNow(20 - 3650) });
    expect(await renew(project)).toHaveLength(7);
    expect(await renew(project)).toEqual([]);
    expect(await renew(project, { names: ["operator"] })).toEqual(["reissued clients/operator.crt"]);
  });
});

describe("the list", () => {
  const list = (project: PkiProject, now?: Date) =>
    listCertificates(CLUSTER, { projectDir: project.folder, now });

  test("has what is there and what should be", async () => {
    const project = await PkiProject.withCertificates();
    await issue(project, { clients: ["my-app"] });
    expect(list(project).map(({ owner, purpose, certFile }) => `${owner} ${purpose} ${certFile}`)).toEqual([
      "demo client CA pki/demo/client-ca.crt",
      "demo peer CA pki/demo/peer-ca.crt",
      "etcd-0 server pki/demo/members/etcd-0/server.crt",
      "etcd-0 peer pki/demo/members/etcd-0/peer.crt",
      "etcd-1 server pki/demo/members/etcd-1/server.crt",
      "etcd-1 peer pki/demo/members/etcd-1/peer.crt",
      "etcd-2 server pki/demo/members/etcd-2/server.crt",
      "etcd-2 peer pki/demo/members/etcd-2/peer.crt",
      "operator client pki/demo/clients/operator.crt",
      "my-app client pki/demo/clients/my-app.crt",
    ]);
    const [ca, , server] = list(project);
    expect(ca).toMatchObject({
      hasKey: true,
      problems: [],
      certificate: { issuer: "etcd client CA of demo", names: [], daysLeft: 3649, endsSoon: false },
    });
    expect(server).toMatchObject({
      problems: [],
      certificate: {
        issuer: "etcd client CA of demo",
        names: ["127.0.0.1", "localhost", "etcd-0"],
        serialNumber: project.certificate(project.layout.server("etcd-0")).serialNumber,
        daysLeft: 364,
        endsSoon: false,
        endsWithCa: false,
      },
    });
    expect(list(project, daysFromNow(400))[2]?.certificate).toMatchObject({ daysLeft: -36, endsSoon: true });
  });

  test("names certificates of members that are gone from the definition", async () => {
    const project = await PkiProject.withCertificates(onLocal({ members: 5 }));
    const strange = list(project).filter(({ problems }) => problems.length > 0);
    expect(strange.map(({ certFile }) => certFile)).toEqual(
      ["etcd-3", "etcd-4"].flatMap((name) =>
        ["server", "peer"].map((kind) => `pki/demo/members/${name}/${kind}.crt`),
      ),
    );
    expect(strange[0]?.problems).toEqual([
      {
        file: "pki/demo/members/etcd-3/server.crt",
        says: "is of etcd-3, which is no member in the definition",
      },
    ]);
  });

  test("says what is wrong with which file, and whose key is elsewhere", async () => {
    const project = await PkiProject.withCertificates();
    rmSync(project.path("pki/demo/client-ca.key"));
    chmodSync(project.path("pki/demo/clients/operator.key"), 0o644);
    const wrong = list(project).filter(({ problems, hasKey }) => problems.length > 0 || !hasKey);
    expect(
      wrong.map(({ certFile, hasKey, problems }) => [certFile, hasKey, problems.map(({ file }) => file)]),
    ).toEqual([
      ["pki/demo/client-ca.crt", false, []],
      ["pki/demo/clients/operator.crt", true, ["pki/demo/clients/operator.key"]],
    ]);
  });

  test("is all missing where nothing was made", () => {
    const listed = list(PkiProject.create());
    expect(listed).toHaveLength(9);
    for (const { problems, certificate } of listed) {
      expect(problems).toHaveLength(1);
      expect(certificate).toBeUndefined();
    }
  });
});
