import { readFile, stat, writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { joinedKey } from "../../lib/cluster/bucket";
import { renderBucketProgram } from "../../lib/rendering/scripts";
import { Ec2Surroundings, STRANGERS_PROFILE } from "./support/ec2-surroundings";
import { awsCluster, memberOf } from "./support/fixtures";
import { isRoot, type PrivateMachine } from "./support/private-machine";

const PROGRAM = "/usr/local/sbin/etcd-bucket";

const cluster = awsCluster();

// The emulator calculates each signature with botocore, and checks the policies of the machine's role.
describe.skipIf(!isRoot)("etcd-bucket, run for real", () => {
  let surroundings: Ec2Surroundings;
  let machine: PrivateMachine;

  beforeAll(async () => {
    surroundings = await Ec2Surroundings.create(cluster);
  });
  afterAll(() => surroundings?.remove());

  beforeEach(async () => {
    machine = await surroundings.machine(memberOf(cluster));
    await machine.install(PROGRAM, renderBucketProgram(cluster));
  });
  afterEach(async () => {
    await surroundings.wayToS3("open");
    await surroundings.services.setInstance(memberOf(cluster).address, undefined);
    await machine.remove();
  });

  const run = (words: string, env: Readonly<Record<string, string>> = {}) =>
    machine.run(`${PROGRAM} ${words}`, { ...surroundings.env, ...env });

  test("reads objects into files that nobody else may read", async () => {
    await surroundings.put("members/etcd-0/server.key", "secret\n");
    await surroundings.put("members/etcd-0/empty", "");
    const { failure } = await run("get members/etcd-0/server.key /run/key members/etcd-0/empty /run/empty");
    expect(failure).toBeUndefined();
    expect(await readFile(machine.path("/run/key"), "utf8")).toBe("secret\n");
    expect(await readFile(machine.path("/run/empty"), "utf8")).toBe("");
    expect((await stat(machine.path("/run/key"))).mode & 0o777).toBe(0o600);
  });

  test("writes an object that reads back the same", async () => {
    const content = Buffer.alloc(300_000, "all bytes: é\n");
    await writeFile(machine.path("/run/file"), content);
    const { failure } = await run(
      "put /run/file backups/etcd-0/a && cp /run/file /run/copy && " +
        `${PROGRAM} put /run/file status/etcd-0/file && ${PROGRAM} get status/etcd-0/file /run/copy`,
    );
    expect(failure).toBeUndefined();
    expect(await readFile(machine.path("/run/copy"))).toEqual(content);
    expect(await surroundings.read("backups/etcd-0/a")).toBe(content.toString());
  });

  test.each(["joined-a.b_c-d", "joined with space", "joined-ü+%2B~*'()!&=?#:@$,;[]"])(
    "signs the name of any object: %s",
    async (name) => {
      const key = `status/etcd-0/${name}`;
      await writeFile(machine.path("/run/marker"), "");
      await writeFile(machine.path("/run/key"), key);
      const { failure, stdout } = await run(
        `put /run/marker "$(cat /run/key)" && ${PROGRAM} get "$(cat /run/key)" /run/copy && ` +
          `${PROGRAM} list "$(cat /run/key)"`,
      );
      expect(failure).toBeUndefined();
      expect(stdout.replaceAll("&amp;", "&")).toBe(key);
    },
  );

  test("lists what begins with a prefix", async () => {
    await surroundings.put("status/etcd-0/list-1", "");
    await surroundings.put("status/etcd-0/list-2", "");
    expect((await run("list status/etcd-0/list-")).stdout).toBe("status/etcd-0/list-1\nstatus/etcd-0/list-2");
  });

  test("can say that there is nothing, which is no failure", async () => {
    const { exitCode, stdout } = await run(`list ${joinedKey(cluster, memberOf(cluster))}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
  });

  test.each([
    ["another member's key", "get members/etcd-1/server.key /run/key", "members/etcd-1/server.key"],
    ["what it may not write", "put /etc/hostname members/etcd-0/server.crt", "members/etcd-0/server.crt"],
    ["what it may not list", "list members/", "?list-type=2&prefix=members%2F"],
    // S3 does not tell those who may not list it.
    ["what is not there", "get members/etcd-0/missing /run/key", "members/etcd-0/missing"],
  ])("is refused %s, with HTTP status and S3's own word", async (_, words, path) => {
    await surroundings.put("members/etcd-1/server.key", "another's");
    const { exitCode, stderr, stdout } = await run(words);
    expect(stderr).toMatch(/^etcd-bucket: (GET|PUT) https:/);
    const host = "etcd-demo-123456789012-eu-central-1.s3.eu-central-1.amazonaws.com";
    expect(stderr).toContain(` https://${host}/${path}: HTTP 403 AccessDenied`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: "" });
    expect((await machine.run("ls /run")).stdout).not.toContain("key");
  });

  test("tells what is not there from a refusal, where it may list", async () => {
    await surroundings.allow(memberOf(cluster, 1), {
      Action: "s3:ListBucket",
      Resource: `arn:aws:s3:::${surroundings.bucket}`,
    });
    const second = await surroundings.machine(memberOf(cluster, 1));
    await second.install(PROGRAM, renderBucketProgram(cluster));
    const get = (key: string) => second.run(`${PROGRAM} get ${key} /run/key`, surroundings.env);
    const missing = await get("members/etcd-1/missing");
    const refused = await get("members/etcd-0/server.key");
    await second.remove();
    expect(missing.stderr).toMatch(/\/members\/etcd-1\/missing: HTTP 404 NoSuchKey$/);
    expect([missing.exitCode, refused.exitCode]).toEqual([3, 4]);
  });

  test("keeps the old file when an answer is cut off", async () => {
    await surroundings.put("members/etcd-0/large", "x".repeat(1_000_000));
    await writeFile(machine.path("/run/large"), "old");
    await surroundings.wayToS3({ cutAfterBytes: 100_000 });
    const { exitCode, stderr } = await run("get members/etcd-0/large /run/large");
    expect(stderr).toMatch(/^etcd-bucket: GET https:.*\/large: the answer was cut off$/);
    expect(exitCode).toBe(5);
    expect(await readFile(machine.path("/run/large"), "utf8")).toBe("old");
  });

  test("tells a refusal in one line, wherever in it the answer is cut off", async () => {
    for (const cutAfterBytes of [100, 300, 400, 500, 600]) {
      await surroundings.wayToS3({ cutAfterBytes });
      const { exitCode, stderr } = await run("get members/etcd-1/server.key /run/key");
      expect(stderr).toMatch(/^etcd-bucket: GET https:.*\/server\.key: .*$/);
      expect([4, 5]).toContain(exitCode);
    }
  });

  test("says that S3 cannot be reached", async () => {
    await surroundings.wayToS3("closed");
    const { exitCode, stderr } = await run("get members/etcd-0/server.key /run/key");
    expect(stderr).toMatch(/server\.key: \[Errno 111\] Connection refused$/);
    expect(exitCode).toBe(5);
  });

  test("says that the name of the bucket is not known to DNS", async () => {
    await machine.install("/etc/hosts", "127.0.0.1 localhost\n");
    const { exitCode, stderr } = await run("list status/etcd-0/");
    expect(stderr).toMatch(
      /^etcd-bucket: GET https:\/\/etcd-demo-123456789012-eu-central-1\.s3\.eu-central-1\.amazonaws\.com\/\?list-type=2&prefix=status%2Fetcd-0%2F: \[Errno -\d\] /,
    );
    expect(exitCode).toBe(5);
  });

  test("asks another endpoint of S3 when it is told one", async () => {
    await surroundings.put("members/etcd-0/elsewhere", "content");
    const endpoint = { AWS_ENDPOINT_URL_S3: "https://s3.eu-central-1.amazonaws.com/" };
    const { failure, stdout } = await run("get members/etcd-0/elsewhere /run/x && cat /run/x", endpoint);
    expect({ failure, stdout }).toEqual({ failure: undefined, stdout: "content" });
    const path = "/etcd-demo-123456789012-eu-central-1/members/etcd-0/elsewhere";
    const { host, ...request } = (await surroundings.services.requests()).at(-1)!;
    expect({ host, path: request.path }).toEqual({ host: "s3.eu-central-1.amazonaws.com", path });
  });

  test("trusts no S3 but one whose certificate is of a CA that the machine trusts", async () => {
    const { exitCode, stderr } = await run("list status/etcd-0/", { SSL_CERT_FILE: "" });
    expect(stderr).toContain("CERTIFICATE_VERIFY_FAILED");
    expect(exitCode).toBe(5);
  });

  test("fails if there is no metadata service, which is not S3's refusal", async () => {
    const { exitCode, stderr } = await run("list status/etcd-0/", {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://169.254.169.254:8181",
    });
    expect(stderr).toMatch(/PUT http:.*\/api\/token: .*refused$/);
    expect(exitCode).toBe(5);
  });

  test.each([
    ["the instance has no role", null, /security-credentials\/: HTTP 404 Not Found$/],
    [
      "the role is not for instances",
      STRANGERS_PROFILE,
      /security-credentials\/stranger: not the expected answer$/,
    ],
  ])("fails if %s, which is not S3's refusal", async (_, profileArn, message) => {
    await surroundings.services.setInstance(memberOf(cluster).address, { profileArn });
    const { exitCode, stderr } = await run("list status/etcd-0/");
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(5);
  });

  test("is refused with a wrong signature: the emulator does check them", async () => {
    const broken = renderBucketProgram(cluster).replace('("AWS4" + secret)', '("AWS5" + secret)');
    await machine.install(PROGRAM, broken);
    const { exitCode, stderr } = await run("list status/etcd-0/");
    expect(stderr).toMatch(/HTTP 403 SignatureDoesNotMatch$/);
    expect(exitCode).toBe(4);
  });

  test.each(["", "frobnicate", "--help"])("explains itself when it is asked for %j", async (words) => {
    const { exitCode, stderr } = await run(words);
    expect(stderr).toContain("get KEY FILE [KEY FILE...] | put FILE KEY | list PREFIX");
    expect(exitCode).toBe(1);
  });

  test("never prints a credential, whatever goes wrong", async () => {
    const outputs: string[] = [];
    for (const state of ["open", "closed", { cutAfterBytes: 10 }] as const) {
      await surroundings.wayToS3(state);
      for (const words of ["get members/etcd-1/x /run/x", "list members/", "put /etc/hostname members/x"]) {
        const { stdout, stderr } = await run(words);
        outputs.push(stdout, stderr);
      }
    }
    expect(outputs.join("\n")).toMatch(/AccessDenied[^]*refused/);
    const { secrets } = surroundings.services;
    expect(secrets).not.toEqual([]);
    expect(secrets.every((secret) => secret.length > 20)).toBe(true);
    for (const secret of secrets) expect(outputs.join("\n")).not.toContain(secret);
  });
});

describe("renderBucketProgram", () => {
  test("asks AWS for the region's own endpoint, also in China", () => {
    const china = awsCluster({ aws: { region: "cn-north-1" } });
    expect(renderBucketProgram(cluster)).toContain(".s3.{REGION}.amazonaws.com");
    expect(renderBucketProgram(china)).toContain(".s3.{REGION}.amazonaws.com.cn");
  });

  test("takes the bucket that the definition names as it is", () => {
    const named = awsCluster({ aws: { bucket: { name: "our-bucket", kmsKeyId: undefined } } });
    expect(renderBucketProgram(named)).toMatch(/^BUCKET = "our-bucket" /m);
    expect(renderBucketProgram(cluster)).toMatch(/^BUCKET = "etcd-demo-ACCOUNT-eu-central-1" /m);
  });
});
