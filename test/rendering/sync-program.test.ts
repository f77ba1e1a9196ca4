import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { joinedKey, MEMBER_TLS_FILES } from "../../lib/cluster/bucket";
import { TestAuthority, type CertificateFiles } from "../support/certificates";
import { Ec2Surroundings } from "./support/ec2-surroundings";
import { awsCluster, memberOf, PKI } from "./support/fixtures";
import { isRoot, type PrivateMachine } from "./support/private-machine";

const cluster = awsCluster({ tls: PKI });
const member = memberOf(cluster);
const joined = joinedKey(cluster, member);

type TlsFile = (typeof MEMBER_TLS_FILES)[number];

/** As etcd-setup.service and etcd-sync.service start it. */
const SYNC = "set -a; . /etc/etcd/etcd.env; set +a; /usr/local/sbin/etcd-sync keys";
const SHOW = "cd /etc/etcd/tls/ && stat -c '%n %U:%G %a' . * && ls -d /etc/etcd/tls*";
const DAMAGED_KEY = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n";

describe.skipIf(!isRoot)("etcd-sync, run for real", () => {
  let surroundings: Ec2Surroundings;
  let machine: PrivateMachine;
  let folder: string;
  let clientCa: TestAuthority;
  let peerCa: TestAuthority;
  let first: Record<TlsFile, string>;

  beforeAll(async () => {
    surroundings = await Ec2Surroundings.create(cluster);
    folder = await mkdtemp(join(tmpdir(), "sync-program-"));
    clientCa = await TestAuthority.create(join(folder, "client"));
    peerCa = await TestAuthority.create(join(folder, "peer"));
    first = await issue("first");
  });
  afterAll(async () => {
    await surroundings?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    machine = await surroundings.memberMachine(member);
    await upload(first);
  });
  afterEach(async () => {
    await surroundings.wayToS3("open");
    await surroundings.delete(joined);
    await machine.remove();
  });

  async function issue(name: string): Promise<Record<TlsFile, string>> {
    const read = async ({ certFile, keyFile }: CertificateFiles) => [
      await readFile(certFile, "utf8"),
      await readFile(keyFile, "utf8"),
    ];
    const [serverCert = "", serverKey = ""] = await read(await clientCa.issue(`${name}-server`));
    const [peerCert = "", peerKey = ""] = await read(await peerCa.issue(`${name}-peer`));
    return {
      "client-ca.crt": await readFile(clientCa.caFile, "utf8"),
      "server.crt": serverCert,
      "server.key": serverKey,
      "peer-ca.crt": await readFile(peerCa.caFile, "utf8"),
      "peer.crt": peerCert,
      "peer.key": peerKey,
    };
  }

  async function upload(files: Readonly<Partial<Record<TlsFile, string>>>): Promise<void> {
    for (const [name, content] of Object.entries(files))
      await surroundings.put(`members/etcd-0/${name}`, content);
  }

  const run = (commands: string) => machine.run(commands, surroundings.env);
  const onMachine = (name: string) => run(`cat /etc/etcd/tls/${name}`).then(({ stdout }) => `${stdout}\n`);

  test("installs certificates for all to read and keys for etcd alone", async () => {
    const { failure, stdout } = await run(`${SYNC}; ${SHOW}; cat /etc/etcd/data-volume`);
    expect(failure).toBeUndefined();
    expect(stdout.replace(/tls-\S+/, "tls-…")).toBe(
      [
        "etcd-sync: certificates and keys are installed",
        ". root:etcd 750",
        "client-ca.crt root:etcd 644",
        "peer-ca.crt root:etcd 644",
        "peer.crt root:etcd 644",
        "peer.key root:etcd 640",
        "server.crt root:etcd 644",
        "server.key root:etcd 640",
        "/etc/etcd/tls",
        "/etc/etcd/tls-…",
        "vol-0123456789abcde00",
      ].join("\n"),
    );
    for (const name of MEMBER_TLS_FILES) expect(await onMachine(name)).toBe(first[name]);
  });

  test("changes nothing while the bucket holds the same", async () => {
    const before = await run(`${SYNC}; readlink /etc/etcd/tls`);
    const after = await run(`${SYNC}; ls -d /etc/etcd/tls-*`);
    expect(after.failure).toBeUndefined();
    expect(before.stdout).toBe(`etcd-sync: certificates and keys are installed\n${after.stdout}`);
  });

  test("brings renewed certificates, which etcd reads by itself", async () => {
    await run(SYNC);
    const renewed = await issue("renewed");
    await upload(renewed);
    const { failure, stdout } = await run(`${SYNC}; ls -d /etc/etcd/tls-* | wc -l`);
    expect(failure).toBeUndefined();
    expect(stdout).toBe("etcd-sync: certificates and keys are installed\n1");
    expect(await onMachine("server.key")).toBe(renewed["server.key"]);
    expect(await onMachine("peer.crt")).toBe(renewed["peer.crt"]);
  });

  test("says that another CA needs restarts, and restarts nothing", async () => {
    await run(SYNC);
    await upload({ "client-ca.crt": `${first["client-ca.crt"]}${first["peer-ca.crt"]}` });
    const { failure, stdout } = await run(SYNC);
    expect(failure).toBeUndefined();
    expect(stdout).toContain(
      "a CA is another one now. etcd knows it only after a restart: restart the members",
    );
  });

  test.each<[string, () => Partial<Record<TlsFile, string>>, RegExp]>([
    [
      "another's key",
      () => ({ "server.key": first["peer.key"] }),
      /client-ca\.crt, server\.crt and server\.key do not fit together: .*(KEY_VALUES_MISMATCH|key values mismatch)/,
    ],
    [
      "another cluster's CA",
      () => ({ "peer-ca.crt": first["client-ca.crt"] }),
      /peer-ca\.crt, peer\.crt and peer\.key do not fit together: .*certificate verify failed/,
    ],
    [
      "the server's pair for peers",
      () => ({ "peer.crt": first["server.crt"], "peer.key": first["server.key"] }),
      /peer\.key do not fit together: .*certificate verify failed/,
    ],
    ["no PEM", () => ({ "server.crt": "no PEM\n" }), /server\.key do not fit together: .*PEM/],
    ["a damaged key", () => ({ "server.key": DAMAGED_KEY }), /server\.key do not fit together: /],
  ])("refuses %s, says so, and keeps what was there", async (_, wrong, message) => {
    await run(SYNC);
    await upload(await issue("newer"));
    await upload(wrong());
    const { exitCode, stdout, stderr } = await run(SYNC);
    expect(stdout).toMatch(/^etcd-sync: FAILED: /);
    expect(stdout).toMatch(message);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: "" });
    for (const name of MEMBER_TLS_FILES) expect(await onMachine(name)).toBe(first[name]);
    expect((await run("ls -d /etc/etcd/tls-* | wc -l")).stdout).toBe("1");
  });

  test("refuses a new CA in place of the one that the cluster trusts, and takes it beside that one", async () => {
    await run(SYNC);
    await run("mkdir -p /var/lib/etcd; touch /var/lib/etcd/bootstrapped");
    const newCa = await TestAuthority.create(join(folder, "new-peer"));
    const { certFile, keyFile } = await newCa.issue("new-peer");
    const [ca, leaf, key] = await Promise.all(
      [newCa.caFile, certFile, keyFile].map((file) => readFile(file, "utf8")),
    );
    await upload({ "peer-ca.crt": ca!, "peer.crt": leaf!, "peer.key": key! });
    const { exitCode, stdout } = await run(SYNC);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(
      /^etcd-sync: FAILED: peer\.crt is signed by a CA that this cluster does not trust.*peer-ca\.crt.*rm \/etc\/etcd\/tls$/,
    );
    expect(await onMachine("peer.key")).toBe(first["peer.key"]);

    const both = `${first["peer-ca.crt"]}${ca}`;
    await upload({ ...first, "peer-ca.crt": both });
    expect((await run(SYNC)).failure).toBeUndefined();
    await upload({ "peer.crt": leaf!, "peer.key": key! });
    expect((await run(SYNC)).failure).toBeUndefined();
    expect(await onMachine("peer.key")).toBe(key);
  });

  test("installs nothing at all when an object is not there, and says which", async () => {
    await surroundings.delete("members/etcd-0/peer.key");
    const { exitCode, stdout, stderr } = await run(`${SYNC} || { STATUS=$?; ls /etc/etcd; exit "$STATUS"; }`);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^etcd-bucket: GET .*\/members\/etcd-0\/peer\.key: HTTP 403 AccessDenied$/);
    expect(stdout).toBe(
      "etcd-sync: FAILED: etcd-bucket ended with 4\ndata-volume\netcd.env\nprograms.sha256",
    );
  });

  test("works again as soon as S3 is back", async () => {
    await surroundings.wayToS3("closed");
    const away = await run(SYNC);
    expect(away).toMatchObject({ exitCode: 1, stdout: "etcd-sync: FAILED: etcd-bucket ended with 5" });
    await surroundings.wayToS3("open");
    expect((await run(SYNC)).failure).toBeUndefined();
    expect(await onMachine("server.key")).toBe(first["server.key"]);
  });

  test("cleans up after a run that was ended in the middle", async () => {
    await run(SYNC);
    await run("mkdir /etc/etcd/tls-broken; echo half >/etc/etcd/tls-broken/server.key");
    expect((await run(`${SYNC}; ls -d /etc/etcd/tls-*; cat /etc/etcd/tls/server.key`)).stdout).toMatch(
      /^\/etc\/etcd\/tls-(?!broken)\S+\n-----BEGIN/,
    );
  });

  test("notes in the bucket that the member has joined, once, and again when the note is gone", async () => {
    await run(SYNC);
    expect(await surroundings.read(joined)).toBeUndefined();
    await run("mkdir -p /var/lib/etcd; touch /var/lib/etcd/bootstrapped");
    expect((await run(SYNC)).stdout).toBe(
      `etcd-sync: ${joined} is written: this member will never start a new cluster`,
    );
    expect(await surroundings.read(joined)).toBe("");
    expect((await run(SYNC)).stdout).toBe("");
    await surroundings.delete(joined);
    await run(SYNC);
    expect(await surroundings.read(joined)).toBe("");
  });

  test("leaves certificates alone that the definition has elsewhere", async () => {
    const { failure } = await run(`${SYNC.replace("keys", "")}; ls -d /etc/etcd/tls* || true`);
    expect(failure).toBeUndefined();
    expect((await run("cat /etc/etcd/data-volume; ls /etc/etcd")).stdout).not.toContain("tls");
  });
});
