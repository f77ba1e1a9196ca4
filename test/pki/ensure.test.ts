import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import type { Cluster } from "../../lib/cluster/cluster";
import { ExternalError, UsageError } from "../../lib/errors";
import { ensurePki, type PkiStep } from "../../lib/pki";
import { daysFromNow, onAws, onLocal, PkiProject, REGION } from "./pki-project";

const ONE = { members: 1 } as const;
const LAYOUT_FILES = [
  ".gitignore",
  "demo/client-ca.crt",
  "demo/client-ca.key",
  "demo/clients/operator.crt",
  "demo/clients/operator.key",
  "demo/members/etcd-0/peer.crt",
  "demo/members/etcd-0/peer.key",
  "demo/members/etcd-0/server.crt",
  "demo/members/etcd-0/server.key",
  "demo/peer-ca.crt",
  "demo/peer-ca.key",
];

function told(steps: readonly PkiStep[]): string[] {
  return steps.map(
    ({ kind, certFile, reason }) => `${kind} ${certFile}${reason === undefined ? "" : `: ${reason}`}`,
  );
}

async function refusal(work: Promise<unknown>): Promise<ExternalError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ExternalError);
  return error as ExternalError;
}

describe("a first run", () => {
  test("makes the CAs, the members' certificates and the operator's, and nothing else", async () => {
    const project = PkiProject.create();
    expect(told(await project.ensure(onLocal(ONE)))).toEqual([
      "made pki/demo/client-ca.crt",
      "made pki/demo/peer-ca.crt",
      "made pki/demo/members/etcd-0/server.crt",
      "made pki/demo/members/etcd-0/peer.crt",
      "made pki/demo/clients/operator.crt",
    ]);
    expect(Object.keys(project.contents())).toEqual(LAYOUT_FILES);
    expect(project.mistakes(onLocal(ONE))).toEqual([]);
  });

  test.each([0o000, 0o077, 0o022])("keeps keys to their owner under the umask %o", async (umask) => {
    const before = process.umask(umask);
    try {
      const project = await PkiProject.withCertificates(onLocal(ONE));
      for (const file of LAYOUT_FILES)
        expect(project.mode(`pki/${file}`), file).toBe(file.endsWith(".key") ? "600" : "644");
      for (const folder of [
        "pki",
        "pki/demo",
        "pki/demo/members",
        "pki/demo/members/etcd-0",
        "pki/demo/clients",
      ])
        expect(project.mode(folder), folder).toBe("700");
    } finally {
      process.umask(before);
    }
  });

  test("is hidden from git by itself", async () => {
    const project = await PkiProject.withCertificates(onLocal(ONE));
    const git = (...args: string[]): string =>
      execFileSync("git", args, { cwd: project.folder, encoding: "utf8" });
    git("init", "--quiet");
    project.write("cluster.yaml", "name: demo\n");
    expect(git("status", "--short", "--untracked-files=all")).toBe("?? cluster.yaml\n");
    git("add", "--all");
    expect(git("ls-files")).toBe("cluster.yaml\n");
  });

  test("tells of each certificate as it is done", async () => {
    const project = PkiProject.create();
    const seen: PkiStep[] = [];
    const steps = await project.ensure(onLocal(), { onStep: (step) => seen.push(step) });
    expect(seen).toEqual(steps);
    expect(steps[0]?.endsAt.getTime()).toBeGreaterThan(daysFromNow(3649).getTime());
  });

  test("can be ended between two certificates, and the next run does the rest", async () => {
    const project = PkiProject.create();
    const { signal, abort } = abortable();
    const ended = project.ensure(onLocal(), {
      signal,
      onStep: ({ certFile }) => certFile.includes("etcd-1") && abort(),
    });
    await expect(ended).rejects.toThrow(/abort/i);
    const steps = told(await project.ensure());
    expect(steps.filter((step) => step.startsWith("kept"))).toHaveLength(5);
    expect(steps.filter((step) => step.startsWith("made"))).toHaveLength(4);
    expect(project.mistakes()).toEqual([]);
  });
});

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

describe("another run", () => {
  test("keeps all that fits, byte for byte", async () => {
    const project = await PkiProject.withCertificates();
    const before = project.contents();
    const steps = await project.ensure();
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(["kept"]));
    expect(steps).toHaveLength(9);
    expect(project.contents()).toEqual(before);
  });

  test("makes those of a member that was added", async () => {
    const project = await PkiProject.withCertificates(onLocal({ members: 3 }));
    const steps = told(await project.ensure(onLocal({ members: 5 })));
    expect(steps.filter((step) => !step.startsWith("kept"))).toEqual([
      "made pki/demo/members/etcd-3/server.crt",
      "made pki/demo/members/etcd-3/peer.crt",
      "made pki/demo/members/etcd-4/server.crt",
      "made pki/demo/members/etcd-4/peer.crt",
    ]);
  });

  test("reissues only what lacks an address of the other target", async () => {
    const project = await PkiProject.withCertificates(onLocal(ONE));
    const both: Cluster[] = [onLocal({ ...ONE, aws: REGION }), onAws(ONE)];
    expect(project.mistakes(onAws(ONE))).toEqual([
      "pki/demo/members/etcd-0/server.crt is not valid for 10.40.0.10",
      "pki/demo/members/etcd-0/peer.crt is not valid for 10.40.0.10",
    ]);
    expect(told(await project.ensure(both))).toEqual([
      "kept pki/demo/client-ca.crt",
      "kept pki/demo/peer-ca.crt",
      "reissued pki/demo/members/etcd-0/server.crt: is not valid for 10.40.0.10",
      "reissued pki/demo/members/etcd-0/peer.crt: is not valid for 10.40.0.10",
      "kept pki/demo/clients/operator.crt",
    ]);
    for (const cluster of both) {
      expect(project.mistakes(cluster)).toEqual([]);
      expect(new Set((await project.ensure(cluster)).map(({ kind }) => kind))).toEqual(new Set(["kept"]));
    }
  });
});

describe("a leaf that does not fit is reissued, and the reason is told:", () => {
  const server = "pki/demo/members/etcd-0/server";
  const peer = "pki/demo/members/etcd-0/peer";
  const copy = (project: PkiProject, from: string, to: string): void =>
    cpSync(project.path(from), project.path(to));

  test.each<[string, (project: PkiProject) => void, string]>([
    [
      "the key of another certificate",
      (project) => copy(project, `${peer}.key`, `${server}.key`),
      `${server}.key does not belong to ${server}.crt`,
    ],
    [
      "a certificate of the other CA",
      (project) => ["crt", "key"].forEach((end) => copy(project, `${peer}.${end}`, `${server}.${end}`)),
      "is not signed by the CA in pki/demo/client-ca.crt",
    ],
    ["no PEM", (project) => project.write(`${server}.crt`, "certificate\n"), "is not a PEM certificate"],
    ["an empty file", (project) => project.write(`${server}.crt`, ""), "is not a PEM certificate"],
    [
      "no PEM as key",
      (project) => project.write(`${server}.key`, "key\n"),
      `${server}.key is not a PEM private key`,
    ],
    ["no key", (project) => rmSync(project.path(`${server}.key`)), `${server}.key is missing`],
    ["no certificate", (project) => rmSync(project.path(`${server}.crt`)), "is missing"],
    [
      "the addresses of another member",
      (project) =>
        project.signByHand(project.layout.clientCa, project.layout.server("etcd-0"), [
          "extendedKeyUsage=serverAuth,clientAuth",
          "subjectAltName=IP:10.9.9.9,DNS:localhost,DNS:etcd-0",
        ]),
      "is not valid for 127.0.0.1",
    ],
    [
      "one direction only",
      (project) =>
        project.signByHand(project.layout.clientCa, project.layout.server("etcd-0"), [
          "extendedKeyUsage=serverAuth",
          "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:etcd-0",
        ]),
      "lacks the extended key usage clientAuth that etcd needs",
    ],
  ])("%s", async (_what, plant, reason) => {
    const project = await PkiProject.withCertificates(onLocal(ONE));
    plant(project);
    // A key that openssl wrote or a test copied may be open to others as well; that is another test's.
    chmodIfThere(project.path(`${server}.key`));
    const authorities = ["client-ca.crt", "client-ca.key", "peer-ca.crt", "peer-ca.key"].map((name) =>
      project.read(`pki/demo/${name}`),
    );
    const steps = told(await project.ensure(onLocal(ONE)));
    expect(steps.filter((step) => !step.startsWith("kept"))).toEqual([`reissued ${server}.crt: ${reason}`]);
    expect(project.mistakes(onLocal(ONE))).toEqual([]);
    expect(
      ["client-ca.crt", "client-ca.key", "peer-ca.crt", "peer-ca.key"].map((name) =>
        project.read(`pki/demo/${name}`),
      ),
    ).toEqual(authorities);
  });

  test("the time that it was good for", async () => {
    const project = PkiProject.create();
    await project.ensure(onLocal(ONE), { now: daysFromNow(-365) });
    const steps = told(await project.ensure(onLocal(ONE)));
    const day = new Date().toISOString().slice(0, 10);
    expect(steps).toEqual([
      "kept pki/demo/client-ca.crt",
      "kept pki/demo/peer-ca.crt",
      `reissued pki/demo/members/etcd-0/server.crt: has expired on ${day}`,
      `reissued pki/demo/members/etcd-0/peer.crt: has expired on ${day}`,
      `reissued pki/demo/clients/operator.crt: has expired on ${day}`,
    ]);
    expect(project.mistakes(onLocal(ONE))).toEqual([]);
  });

  test("a key that others may read is closed to them, and stays", async () => {
    const project = await PkiProject.withCertificates(onLocal(ONE));
    const before = project.contents();
    for (const file of ["client-ca.key", "members/etcd-0/peer.key"])
      chmodSync(project.path(`pki/demo/${file}`), 0o640);
    expect(told(await project.ensure(onLocal(ONE))).filter((step) => !step.startsWith("kept"))).toEqual([
      "closed pki/demo/client-ca.crt: pki/demo/client-ca.key is open to others than its owner: its mode is 0640, and 0600 is allowed",
      "closed pki/demo/members/etcd-0/peer.crt: pki/demo/members/etcd-0/peer.key is open to others than its owner: its mode is 0640, and 0600 is allowed",
    ]);
    expect(project.contents()).toEqual(before);
    expect(project.mode("pki/demo/client-ca.key")).toBe("600");
    expect(project.mode("pki/demo/members/etcd-0/peer.key")).toBe("600");
  });
});

describe("a CA is never replaced:", () => {
  test.each<[string, (project: PkiProject) => void, string, RegExp]>([
    [
      "its certificate is gone and its key is not",
      (project) => rmSync(project.path("pki/demo/client-ca.crt")),
      "pki/demo/client-ca.crt is missing",
      /put it back beside pki\/demo\/client-ca\.key/,
    ],
    [
      "both its files are gone and its certificates are not",
      (project) => ["crt", "key"].forEach((end) => rmSync(project.path(`pki/demo/peer-ca.${end}`))),
      "pki/demo/peer-ca.crt is missing",
      /put it back, the members have copies/,
    ],
    [
      "its key is another's",
      (project) => cpSync(project.path("pki/demo/peer-ca.key"), project.path("pki/demo/client-ca.key")),
      "pki/demo/client-ca.key does not belong to pki/demo/client-ca.crt",
      /put the key of pki\/demo\/client-ca\.crt there, or none/,
    ],
    [
      "its certificate is none",
      (project) =>
        project.write(
          "pki/demo/client-ca.crt",
          "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ),
      "pki/demo/client-ca.crt is not a PEM certificate",
      /put the right file back/,
    ],
    [
      "its key has a passphrase",
      (project) => {
        const { keyFile } = project.layout.peerCa;
        project.openssl("pkey", "-in", keyFile, "-aes256", "-passout", "pass:secret", "-out", "locked.key");
        renameSync(project.path("locked.key"), project.path(keyFile));
      },
      "pki/demo/peer-ca.key is encrypted with a passphrase, and etcd takes none",
      /put the right file back/,
    ],
    [
      "a leaf stands where it should",
      (project) =>
        ["crt", "key"].forEach((end) =>
          cpSync(project.path(`pki/demo/clients/operator.${end}`), project.path(`pki/demo/client-ca.${end}`)),
        ),
      "pki/demo/client-ca.crt is not the certificate of a self-signed CA",
      /put the right file back/,
    ],
    [
      "its key is a folder",
      (project) => {
        rmSync(project.path("pki/demo/client-ca.key"));
        mkdirSync(project.path("pki/demo/client-ca.key"));
      },
      "pki/demo/client-ca.key is not a regular file",
      /put the right file back/,
    ],
  ])("%s", async (_what, plant, message, remedy) => {
    const project = await PkiProject.withCertificates(onLocal(ONE));
    plant(project);
    rmSync(project.path("pki/demo/clients/operator.crt"));
    const before = project.contents();
    const error = await refusal(project.ensure(onLocal(ONE)));
    expect(error.message).toBe(message);
    expect(error.remedy).toMatch(remedy);
    expect(project.contents()).toEqual(before);
  });

  test("it has expired", async () => {
    const project = PkiProject.create();
    await project.ensure(onLocal(ONE), { now: daysFromNow(-3651) });
    const before = project.contents();
    const error = await refusal(project.ensure(onLocal(ONE)));
    expect(error.message).toMatch(
      /^pki\/demo\/client-ca\.crt has expired on [\d-]+\n {2}nothing renews a CA/,
    );
    expect(error.message).toContain("\npki/demo/peer-ca.crt has expired on ");
    expect(project.contents()).toEqual(before);
  });

  test("the clock is before its beginning", async () => {
    const project = PkiProject.create();
    await project.ensure(onLocal(ONE), { now: daysFromNow(2) });
    const error = await refusal(project.ensure(onLocal(ONE)));
    expect(error.message).toMatch(
      /client-ca\.crt is not valid before .*Z, and the clock of this machine says .*Z/,
    );
    expect(error.remedy).toBe("set the clock of this machine");
  });

  test("while its key is kept elsewhere, all is well as long as nothing is to be signed", async () => {
    const project = await PkiProject.withCertificates(onLocal(ONE));
    mkdirSync(project.path("safe"));
    for (const name of ["client-ca.key", "peer-ca.key"])
      renameSync(project.path(`pki/demo/${name}`), project.path(`safe/${name}`));
    expect(project.mistakes(onLocal(ONE))).toEqual([]);
    expect(new Set((await project.ensure(onLocal(ONE))).map(({ kind }) => kind))).toEqual(new Set(["kept"]));

    rmSync(project.path("pki/demo/members/etcd-0/peer.crt"));
    const before = project.contents();
    const error = await refusal(project.ensure(onLocal(ONE)));
    expect(error.message).toBe(
      "pki/demo/peer-ca.key is missing, and without it nothing can be signed: pki/demo/members/etcd-0/peer.crt (is missing)",
    );
    expect(error.remedy).toBe("put the key back for as long as this takes");
    expect(project.contents()).toEqual(before);

    // A key on a mounted stick.
    symlinkSync(project.path("safe/peer-ca.key"), project.path("pki/demo/peer-ca.key"));
    expect(told(await project.ensure(onLocal(ONE)))).toContain(
      "reissued pki/demo/members/etcd-0/peer.crt: is missing",
    );
    expect(project.mistakes(onLocal(ONE))).toEqual([]);
  });

  test("a person changes it in steps, and members trust both in between", async () => {
    const project = await PkiProject.withCertificates(onLocal(ONE));
    const { clientCa, server } = project.layout;
    const old = project.read(clientCa.certFile);
    const next = { certFile: "next.crt", keyFile: "next.key" };
    project.makeCaByHand(next);
    project.write(clientCa.certFile, `${old}${project.read(next.certFile)}`);
    expect(new Set((await project.ensure(onLocal(ONE))).map(({ kind }) => kind))).toEqual(new Set(["kept"]));

    cpSync(project.path(next.keyFile), project.path(clientCa.keyFile));
    rmSync(project.path(server("etcd-0").certFile));
    await project.ensure(onLocal(ONE));
    expect(project.certificate(server("etcd-0")).issuer).toContain("CN=CA by hand");
    expect(project.certificate(project.layout.client("operator")).issuer).toContain("etcd client CA of demo");
    expect(project.mistakes(onLocal(ONE))).toEqual([]);
    expect(await project.verify(clientCa, server("etcd-0"))).toContain(": OK");

    project.write(clientCa.certFile, project.read(next.certFile));
    expect(project.mistakes(onLocal(ONE))).toEqual([
      "pki/demo/clients/operator.crt is not signed by the CA in pki/demo/client-ca.crt",
    ]);
  });
});

describe("what is not ours to settle is refused, and nothing is changed:", () => {
  test("a folder where a key should be", async () => {
    const project = await PkiProject.withCertificates(onLocal(ONE));
    rmSync(project.path("pki/demo/clients/operator.key"));
    mkdirSync(project.path("pki/demo/clients/operator.key"));
    const error = await refusal(project.ensure(onLocal(ONE)));
    expect(error.message).toBe("pki/demo/clients/operator.key is not a regular file");
    expect(error.remedy).toBe("move it away, then run this again");
  });

  test("a pipe, which would never end", async () => {
    const project = await PkiProject.withCertificates(onLocal(ONE));
    rmSync(project.path("pki/demo/clients/operator.key"));
    execFileSync("mkfifo", [project.path("pki/demo/clients/operator.key")]);
    expect((await refusal(project.ensure(onLocal(ONE)))).message).toContain(
      "operator.key is not a regular file",
    );
  });

  test.each(["pki", "pki/demo"])("a file where the folder %s should be", async (file) => {
    const project = PkiProject.create();
    mkdirSync(dirname(project.path(file)), { recursive: true });
    writeFileSync(project.path(file), "");
    const error = await refusal(project.ensure(onLocal(ONE)));
    expect(error.message).not.toMatch(/\bat\b.*:\d+/);
    expect(error.message).toContain("pki");
    expect(readdirSync(project.folder)).toEqual(["pki"]);
  });
});

test.each<[string, Cluster, RegExp]>([
  ["plain HTTP", onLocal({ tls: false }), /^demo speaks plain HTTP \(tls: false in its definition\)/],
  [
    "files of its own",
    onLocal({ tls: { client: ownFiles("client"), peer: ownFiles("peer"), operator: ownFiles("operator") } }),
    /^the definition of demo names its own certificate files/,
  ],
])("a cluster with %s has no certificates here", async (_what, cluster, message) => {
  const project = PkiProject.create();
  await expect(project.ensure(cluster)).rejects.toThrow(UsageError);
  await expect(project.ensure(cluster)).rejects.toThrow(message);
  expect(project.mistakes(cluster)).toEqual([]);
  expect(readdirSync(project.folder)).toEqual([]);
});

function ownFiles(name: string) {
  const at = (end: string): string => `/srv/tls/${name}.${end}`;
  return { caFile: at("ca.crt"), certFile: at("crt"), keyFile: at("key") };
}

function chmodIfThere(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch {
    // Its absence is what is planted.
  }
}

test("without a folder it works in the current one", async () => {
  const project = PkiProject.create();
  const before = process.cwd();
  process.chdir(project.folder);
  try {
    await ensurePki(onLocal(ONE));
  } finally {
    process.chdir(before);
  }
  expect(project.mistakes(onLocal(ONE))).toEqual([]);
});
