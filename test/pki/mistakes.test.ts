import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { issueCertificates, pkiMistakes, pkiWarnings } from "../../lib/pki";
import { daysFromNow, onAws, onLocal, PkiProject } from "./pki-project";

const CLUSTER = onAws({ members: 1 });
const SERVER = "pki/demo/members/etcd-0/server";
const PEER = "pki/demo/members/etcd-0/peer";
const OPERATOR = "pki/demo/clients/operator";
const SANS = "subjectAltName=IP:10.40.0.10,IP:127.0.0.1,DNS:localhost,DNS:etcd-0";

interface Planted {
  readonly what: string;
  readonly plant: (project: PkiProject) => void;
  /** `message -> remedy` of each mistake. */
  readonly says: readonly string[];
}

const day = (days: number): string => daysFromNow(days).toISOString().slice(0, 10);

const PLANTED: readonly Planted[] = [
  {
    what: "a missing pair",
    plant: (project) => ["crt", "key"].forEach((end) => rmSync(project.path(`${PEER}.${end}`))),
    says: [
      `${PEER}.crt is missing, and so is its key -> cdktf-etcd pki init makes it, or cdktf-etcd pki issue etcd-0`,
    ],
  },
  {
    what: "a missing certificate",
    plant: (project) => rmSync(project.path(`${OPERATOR}.crt`)),
    says: [`${OPERATOR}.crt is missing -> cdktf-etcd pki init makes it`],
  },
  {
    what: "a missing key",
    plant: (project) => rmSync(project.path(`${SERVER}.key`)),
    says: [`${SERVER}.key is missing -> cdktf-etcd pki init makes it, or cdktf-etcd pki issue etcd-0`],
  },
  {
    what: "DER where PEM should be",
    plant: (project) =>
      project.write(`${SERVER}.crt`, new X509Certificate(project.read(`${SERVER}.crt`)).raw),
    says: [`${SERVER}.crt is not a PEM certificate -> cdktf-etcd pki issue etcd-0 replaces it`],
  },
  {
    what: "half a file",
    plant: (project) => project.write(`${OPERATOR}.key`, project.read(`${OPERATOR}.key`).slice(0, 120)),
    says: [`${OPERATOR}.key is not a PEM private key -> cdktf-etcd pki issue --client operator replaces it`],
  },
  {
    what: "a certificate as key",
    plant: (project) => project.write(`${PEER}.key`, project.read(`${PEER}.crt`)),
    says: [`${PEER}.key is not a PEM private key -> cdktf-etcd pki issue etcd-0 replaces it`],
  },
  {
    what: "a key with a passphrase",
    plant: (project) => {
      project.openssl("pkey", "-in", `${PEER}.key`, "-aes256", "-passout", "pass:x", "-out", "locked.key");
      renameSync(project.path("locked.key"), project.path(`${PEER}.key`));
    },
    says: [
      `${PEER}.key is encrypted with a passphrase, and etcd takes none -> cdktf-etcd pki issue etcd-0 replaces it`,
    ],
  },
  {
    what: "the key of another certificate",
    plant: (project) => cpSync(project.path(`${PEER}.key`), project.path(`${SERVER}.key`)),
    says: [`${SERVER}.key does not belong to ${SERVER}.crt -> cdktf-etcd pki issue etcd-0 replaces it`],
  },
  {
    what: "a certificate of the other CA",
    plant: (project) =>
      ["crt", "key"].forEach((end) =>
        cpSync(project.path(`${SERVER}.${end}`), project.path(`${PEER}.${end}`)),
      ),
    says: [
      `${PEER}.crt is not signed by the CA in pki/demo/peer-ca.crt -> cdktf-etcd pki issue etcd-0 replaces it`,
    ],
  },
  {
    what: "a certificate of a CA of the same name",
    plant: (project) => {
      const other = { certFile: "other.crt", keyFile: "other.key" };
      project.openssl(
        ...[
          "req",
          "-x509",
          "-newkey",
          "rsa:2048",
          "-nodes",
          "-keyout",
          other.keyFile,
          "-out",
          other.certFile,
        ],
        ...["-subj", "/CN=etcd client CA of demo"],
      );
      project.signByHand(other, project.layout.server("etcd-0"), [
        "extendedKeyUsage=serverAuth,clientAuth",
        SANS,
      ]);
    },
    says: [
      `${SERVER}.crt is not signed by the CA in pki/demo/client-ca.crt -> cdktf-etcd pki issue etcd-0 replaces it`,
    ],
  },
  {
    what: "a broken signature",
    plant: (project) => {
      const der = new X509Certificate(project.read(`${SERVER}.crt`)).raw;
      der[der.length - 1]! ^= 1;
      const lines =
        der
          .toString("base64")
          .match(/.{1,64}/g)
          ?.join("\n") ?? "";
      project.write(`${SERVER}.crt`, `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`);
    },
    says: [
      `${SERVER}.crt is not signed by the CA in pki/demo/client-ca.crt -> cdktf-etcd pki issue etcd-0 replaces it`,
    ],
  },
  {
    what: "a certificate for another address",
    plant: (project) =>
      project.signByHand(project.layout.peerCa, project.layout.peer("etcd-0"), [
        "extendedKeyUsage=serverAuth,clientAuth",
        SANS.replace("10.40.0.10", "10.40.0.11"),
      ]),
    says: [`${PEER}.crt is not valid for 10.40.0.10 -> cdktf-etcd pki issue etcd-0 replaces it`],
  },
  {
    what: "a certificate with nothing but a common name",
    plant: (project) =>
      project.signByHand(project.layout.peerCa, project.layout.peer("etcd-0"), [
        "extendedKeyUsage=serverAuth,clientAuth",
      ]),
    says: [
      `${PEER}.crt is not valid for 10.40.0.10, 127.0.0.1, localhost, etcd-0 -> cdktf-etcd pki issue etcd-0 replaces it`,
    ],
  },
  {
    what: "a peer certificate that cannot dial",
    plant: (project) =>
      project.signByHand(project.layout.peerCa, project.layout.peer("etcd-0"), [
        "extendedKeyUsage=serverAuth",
        SANS,
      ]),
    says: [
      `${PEER}.crt lacks the extended key usage clientAuth that etcd needs -> cdktf-etcd pki issue etcd-0 replaces it`,
    ],
  },
  {
    what: "a server certificate without usages",
    plant: (project) => project.signByHand(project.layout.clientCa, project.layout.server("etcd-0"), [SANS]),
    says: [
      `${SERVER}.crt lacks the extended key usage serverAuth and clientAuth that etcd needs -> cdktf-etcd pki issue etcd-0 replaces it`,
    ],
  },
  {
    what: "a key that its group may read",
    plant: (project) => chmodSync(project.path(`${SERVER}.key`), 0o640),
    says: [
      `${SERVER}.key is open to others than its owner: its mode is 0640, and 0600 is allowed -> chmod 600 ${SERVER}.key; if others may have read it, make a new one with cdktf-etcd pki renew`,
    ],
  },
  {
    what: "a CA key that everybody may write",
    plant: (project) => chmodSync(project.path("pki/demo/peer-ca.key"), 0o602),
    says: [
      "pki/demo/peer-ca.key is open to others than its owner: its mode is 0602, and 0600 is allowed -> chmod 600 pki/demo/peer-ca.key; if others may have read it, everything that it signs is in doubt: move pki/demo away and run cdktf-etcd pki init: all members and clients then need the new certificates at once",
    ],
  },
  {
    what: "a folder where a key should be",
    plant: (project) => {
      rmSync(project.path(`${SERVER}.key`));
      mkdirSync(project.path(`${SERVER}.key`));
    },
    says: [`${SERVER}.key is not a regular file -> move it away, then run cdktf-etcd pki init`],
  },
  {
    what: "a pipe where a key should be",
    plant: (project) => {
      rmSync(project.path(`${OPERATOR}.key`));
      execFileSync("mkfifo", ["-m", "600", project.path(`${OPERATOR}.key`)]);
    },
    says: [`${OPERATOR}.key is not a regular file -> move it away, then run cdktf-etcd pki init`],
  },
  {
    what: "a link that leads nowhere",
    plant: (project) => {
      rmSync(project.path(`${OPERATOR}.key`));
      symlinkSync("nowhere", project.path(`${OPERATOR}.key`));
    },
    says: [`${OPERATOR}.key is missing -> cdktf-etcd pki init makes it`],
  },
  {
    what: "a link that leads to itself",
    plant: (project) => {
      rmSync(project.path(`${OPERATOR}.key`));
      symlinkSync("operator.key", project.path(`${OPERATOR}.key`));
    },
    says: [
      `${OPERATOR}.key cannot be read: too many symbolic links -> make it readable for the user who runs this`,
    ],
  },
  {
    what: "a CA without its certificate",
    plant: (project) => rmSync(project.path("pki/demo/client-ca.crt")),
    says: [
      "pki/demo/client-ca.crt is missing -> put it back beside pki/demo/client-ca.key, the members have copies; or, if nothing uses that key yet, remove it and run cdktf-etcd pki init",
    ],
  },
  {
    what: "a CA that is gone",
    plant: (project) => ["crt", "key"].forEach((end) => rmSync(project.path(`pki/demo/client-ca.${end}`))),
    says: [
      "pki/demo/client-ca.crt is missing -> put it back, the members have copies; to start with a new CA, move pki/demo away and run cdktf-etcd pki init: all members and clients then need the new certificates at once",
    ],
  },
  {
    what: "a CA with the key of the other",
    plant: (project) => cpSync(project.path("pki/demo/client-ca.key"), project.path("pki/demo/peer-ca.key")),
    says: [
      "pki/demo/peer-ca.key does not belong to pki/demo/peer-ca.crt -> put the key of pki/demo/peer-ca.crt there, or none: it is needed only to make certificates",
    ],
  },
];

function told(project: PkiProject, options: { now?: Date } = {}): string[] {
  return pkiMistakes(CLUSTER, { projectDir: project.folder, ...options }).map(({ path, message, remedy }) => {
    expect(path).toBe("tls");
    return `${message} -> ${remedy ?? ""}`;
  });
}

describe("a deploy is told of", () => {
  test.each(PLANTED)("$what", async ({ plant, says }) => {
    const project = await PkiProject.withCertificates(CLUSTER);
    expect(told(project)).toEqual([]);
    plant(project);
    const before = project.contents();
    expect(told(project)).toEqual(says);
    expect(project.contents()).toEqual(before);
  });

  test("certificates that are over, and those that have not begun", async () => {
    const project = PkiProject.create();
    await project.ensure(CLUSTER, { now: daysFromNow(-365) });
    expect(told(project)).toEqual([
      `${SERVER}.crt has expired on ${day(0)} -> cdktf-etcd pki renew etcd-0`,
      `${PEER}.crt has expired on ${day(0)} -> cdktf-etcd pki renew etcd-0`,
      `${OPERATOR}.crt has expired on ${day(0)} -> cdktf-etcd pki renew operator`,
    ]);
    const early = daysFromNow(-366);
    const said = told(project, { now: early });
    expect(said).toHaveLength(5);
    expect(said[0]).toMatch(
      /^pki\/demo\/client-ca\.crt is not valid before \S+Z, and the clock of this machine says \S+Z -> set the clock/,
    );
  });

  test("a CA that is over, and what it signed, which is over with it", async () => {
    const project = PkiProject.create();
    await project.ensure(CLUSTER, { now: daysFromNow(-3650) });
    const said = told(project);
    expect(said).toHaveLength(5);
    expect(said[0]).toContain(`pki/demo/client-ca.crt has expired on ${day(0)} -> nothing renews a CA;`);
  });

  test("everything that is wrong at once", async () => {
    const project = await PkiProject.withCertificates(CLUSTER);
    chmodSync(project.path(`${SERVER}.key`), 0o644);
    rmSync(project.path(`${PEER}.crt`));
    project.write(`${OPERATOR}.crt`, "");
    project.signByHand(project.layout.clientCa, project.layout.server("etcd-0"), []);
    chmodSync(project.path(`${SERVER}.key`), 0o644);
    expect(told(project).map((text) => text.split(" -> ")[0])).toEqual([
      `${SERVER}.key is open to others than its owner: its mode is 0644, and 0600 is allowed`,
      `${SERVER}.crt is not valid for 10.40.0.10, 127.0.0.1, localhost, etcd-0`,
      `${SERVER}.crt lacks the extended key usage serverAuth and clientAuth that etcd needs`,
      `${PEER}.crt is missing`,
      `${OPERATOR}.crt is not a PEM certificate`,
    ]);
  });

  test("nothing but one sentence where there are no certificates at all", () => {
    const project = PkiProject.create();
    const said = [
      "there are no certificates for demo yet: pki/demo is missing or empty -> make them with cdktf-etcd pki init; if the cluster is deployed already, bring the folder from where that was done. Or set tls: false for plain HTTP",
    ];
    expect(told(project)).toEqual(said);
    mkdirSync(project.path("pki/demo/members/etcd-0"), { recursive: true });
    expect(told(project)).toEqual(said);
  });

  test("a certificate that it cannot read", async () => {
    const project = await PkiProject.withCertificates(CLUSTER);
    chmodSync(project.path(`${SERVER}.crt`), 0o000);
    chmodSync(project.path(`${OPERATOR}.key`), 0o200);
    const denied = (file: string): string =>
      `${file} cannot be read: permission denied -> make it readable for the user who runs this`;
    const said = asNobody(project, () => told(project));
    expect(said).toEqual([denied(`${SERVER}.crt`), denied(`${OPERATOR}.key`)]);
  });
});

/** With the rights of a user who has none, where this one is root, whom no mode stops. */
function asNobody<T>(project: PkiProject, work: () => T): T {
  if (process.getuid?.() !== 0) return work();
  execFileSync("chown", ["-R", "65534:65534", project.folder]);
  process.seteuid?.(65534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

describe("a deploy is warned of", () => {
  const warned = (project: PkiProject, now: Date): string[] =>
    pkiWarnings(CLUSTER, { projectDir: project.folder, now }).map(
      ({ message, remedy }) => `${message} -> ${remedy ?? ""}`,
    );

  test("nothing while all last longer than a month", async () => {
    const project = await PkiProject.withCertificates(CLUSTER);
    expect(warned(project, daysFromNow(334))).toEqual([]);
  });

  test("certificates that end within 30 days, also those of applications", async () => {
    const project = await PkiProject.withCertificates(CLUSTER);
    await issueCertificates(CLUSTER, { clients: ["my-app"] }, { projectDir: project.folder });
    const now = daysFromNow(336);
    const ends = `ends in 28 days, on ${day(365)}`;
    expect(warned(project, now)).toEqual([
      `${SERVER}.crt ${ends} -> cdktf-etcd pki renew etcd-0`,
      `${PEER}.crt ${ends} -> cdktf-etcd pki renew etcd-0`,
      `${OPERATOR}.crt ${ends} -> cdktf-etcd pki renew operator`,
      `pki/demo/clients/my-app.crt ${ends} -> cdktf-etcd pki renew my-app`,
    ]);
    expect(told(project, { now })).toEqual([]);
  });

  test("a CA half a year before its end, and of what would end with it", async () => {
    const project = PkiProject.create();
    await project.ensure(CLUSTER, { now: daysFromNow(171 - 3650) });
    await project.ensure(CLUSTER);
    const ca = warned(project, new Date());
    expect(ca).toHaveLength(2);
    expect(ca[0]).toMatch(
      /^pki\/demo\/client-ca\.crt ends in 170 days, on \S+ -> what it signs ends with it\. Add /,
    );
    const all = warned(project, daysFromNow(150));
    expect(all).toHaveLength(5);
    expect(all[2]).toMatch(
      /server\.crt ends in 20 days, on \S+ -> its CA ends then too, and has to be replaced first$/,
    );
  });

  test("nothing that has expired: that is a mistake", async () => {
    const project = await PkiProject.withCertificates(CLUSTER);
    expect(warned(project, daysFromNow(366))).toEqual([]);
  });

  test("nothing in a cluster whose certificates are elsewhere, or that has none yet", () => {
    const project = PkiProject.create();
    expect(pkiWarnings(onLocal({ tls: false }), { projectDir: project.folder })).toEqual([]);
    expect(warned(project, new Date())).toEqual([]);
  });
});
