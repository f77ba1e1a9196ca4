/** S3's endpoint, asked under AWS's names by boto3, which verifies its certificate, and by bare sockets. */
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { runProgram } from "../../../lib/local/run-program";
import { ACCOUNT_ID, Emulator, type RoleCredentials } from "../../aws/support/emulator";
import { NetworkNamespace } from "../../aws/support/network-namespace";
import { pythonWithMoto } from "../../aws/support/python";
import { makeRole } from "../../aws/support/test-role";
import { Ec2Services } from "./ec2-services";

const REGION = "eu-central-1";
const BUCKET = "etcd-demo";
const HOST = `s3.${REGION}.amazonaws.com`;
const LARGE = "all bytes: é\n".repeat(100_000);

/** Names of S3 lead to the address in the first argument; then comes what the test does. */
const PRELUDE = `
import http.client, json, os, socket, ssl, sys, time
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

address = sys.argv[1]
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: resolve(
    address if host.endswith("${HOST}") else host, *rest, **more
)

def s3(style="virtual", **options):
    config = Config(s3={"addressing_style": style}, retries={"total_max_attempts": 1})
    return boto3.client("s3", region_name="${REGION}", config=config, **options)

def code_of(call):
    try:
        call()
        return "granted"
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return f'{status} {error.response["Error"]["Code"]}'

def https(method, path, headers, host="${BUCKET}.${HOST}"):
    connection = http.client.HTTPSConnection(host, timeout=30, context=ssl.create_default_context())
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    return f"{answer.status} {answer.read().decode()}"
`;

let namespace: NetworkNamespace;
let emulator: Emulator;
let services: Ec2Services;
let credentials: RoleCredentials;
let folder: string;

beforeAll(async () => {
  namespace = await NetworkNamespace.create();
  emulator = await Emulator.start(namespace, REGION);
  const location = { CreateBucketConfiguration: { LocationConstraint: REGION } };
  await emulator.response("s3", "create_bucket", { Bucket: BUCKET, ...location });
  for (const [Key, Body] of [
    ["members/etcd-0/server.key", "own"],
    ["members/etcd-0/large", LARGE],
    ["members/etcd-1/server.key", "another's"],
  ])
    await emulator.response("s3", "put_object", { Bucket: BUCKET, Key, Body });
  const arn = `arn:aws:s3:::${BUCKET}`;
  await makeRole(emulator, "etcd-0", [
    { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: `${arn}/members/etcd-0/*` },
    {
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: arn,
      Condition: { StringLike: { "s3:prefix": "members/etcd-0/*" } },
    },
  ]);
  credentials = await emulator.roleCredentials("etcd-0");
  services = await Ec2Services.start(namespace, emulator);
  folder = await mkdtemp(join(tmpdir(), "s3-endpoint-"));
  await writeFile(join(folder, "ca.crt"), services.caPem);
});
afterAll(async () => {
  await namespace?.remove();
  await rm(folder, { recursive: true });
});
afterEach(() => services.wayToS3("open"));

/** Gives what a Python program prints, which has the role's credentials. */
async function python(program: string, changes: NodeJS.ProcessEnv = {}): Promise<string> {
  const words = [await pythonWithMoto(), "-c", PRELUDE + program, services.s3Address];
  const [file, ...args] = namespace.command(words, folder);
  const { AWS_ENDPOINT_URL: _none, ...env } = emulator.env(credentials);
  const trust = { AWS_CA_BUNDLE: "ca.crt", SSL_CERT_FILE: "ca.crt" };
  const { failure, stdout, stderr } = await runProgram(file, args, { env: { ...env, ...trust, ...changes } });
  if (failure !== undefined) throw new Error(stderr);
  return stdout;
}

test("its address is one of S3's, in the emulator's list", () => {
  expect(services.s3Address).toBe("52.216.0.1");
});

test("its certificate is for S3 in its region, and a CA's that strict programs take", async () => {
  const { stdout } = await runProgram("openssl", ["x509", "-in", join(folder, "ca.crt"), "-noout", "-text"]);
  expect(stdout).toContain("CA:TRUE");
  expect(new X509Certificate(services.caPem).ca).toBe(true);
  const names = await python(`
for host in ("${HOST}", "${BUCKET}.${HOST}", "other.s3.eu-west-1.amazonaws.com"):
    context = ssl.create_default_context()
    # Python 3.13's default.
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    try:
        with context.wrap_socket(socket.create_connection((address, 443)), server_hostname=host) as connection:
            print("verified")
    except ssl.SSLCertVerificationError as error:
        print(error.verify_message.split(",")[0])
`);
  expect(names.split("\n")).toEqual(["verified", "verified", expect.stringMatching(/^Hostname mismatch/)]);
});

test("whoever does not know the CA does not get so far", async () => {
  await expect(python("s3().list_buckets()", { AWS_CA_BUNDLE: "/dev/null" })).rejects.toThrow(
    /SSL|certificate/,
  );
});

test.each(["virtual", "path"])("%s-style requests read, write and list what the role may", async (style) => {
  const printed = await python(`
client = s3("${style}")
print(client.get_object(Bucket="${BUCKET}", Key="members/etcd-0/server.key")["Body"].read().decode())
content = os.urandom(3_000_000)
key = "members/etcd-0/new ü+%2B~*'()!&=?#:@$,;[]"
client.put_object(Bucket="${BUCKET}", Key=key, Body=content)
print(client.get_object(Bucket="${BUCKET}", Key=key)["Body"].read() == content)
print(client.head_object(Bucket="${BUCKET}", Key=key)["ContentLength"])
listed = client.list_objects_v2(Bucket="${BUCKET}", Prefix="members/etcd-0/")["Contents"]
print([item["Key"] for item in listed] == sorted(["members/etcd-0/large", key, "members/etcd-0/server.key"]))
`);
  expect(printed.split("\n")).toEqual(["own", "True", "3000000", "True"]);
});

test("is refused what the role may not, with S3's own words", async () => {
  const printed = await python(`
client = s3()
print(code_of(lambda: client.get_object(Bucket="${BUCKET}", Key="members/etcd-1/server.key")))
print(code_of(lambda: client.put_object(Bucket="${BUCKET}", Key="members/etcd-1/server.key", Body="x")))
print(code_of(lambda: client.list_objects_v2(Bucket="${BUCKET}", Prefix="members/")))
names = {"aws_access_key_id": "AWS_ACCESS_KEY_ID", "aws_session_token": "AWS_SESSION_TOKEN"}
known = {option: os.environ[name] for option, name in names.items()}
forged = s3(aws_secret_access_key="wrong", **known)
print(code_of(lambda: forged.get_object(Bucket="${BUCKET}", Key="members/etcd-0/server.key")))
`);
  expect(printed.split("\n")).toEqual([
    "403 AccessDenied",
    "403 AccessDenied",
    "403 AccessDenied",
    "403 SignatureDoesNotMatch",
  ]);
});

test("the policy of the VPC's endpoint counts as well", async () => {
  const { Vpc } = await emulator.response("ec2", "create_vpc", { CidrBlock: "10.99.0.0/16" });
  const policy = (account: string, action: string): { PolicyDocument: string } => {
    const condition = { StringEquals: { "aws:PrincipalAccount": account } };
    const allowed = { Effect: "Allow", Principal: "*", Action: action, Resource: `arn:aws:s3:::${BUCKET}/*` };
    return { PolicyDocument: JSON.stringify({ Statement: [{ ...allowed, Condition: condition }] }) };
  };
  const { VpcEndpoint } = await emulator.response("ec2", "create_vpc_endpoint", {
    VpcId: (Vpc as { VpcId: string }).VpcId,
    ServiceName: `com.amazonaws.${REGION}.s3`,
    ...policy(ACCOUNT_ID, "s3:GetObject"),
  });
  const { VpcEndpointId } = VpcEndpoint as { VpcEndpointId: string };
  const change = async (...words: Parameters<typeof policy>): Promise<void> => {
    await emulator.response("ec2", "modify_vpc_endpoint", { VpcEndpointId, ...policy(...words) });
  };
  const asked = `
own = {"Bucket": "${BUCKET}", "Key": "members/etcd-0/server.key"}
print(code_of(lambda: s3().get_object(**own)))
print(code_of(lambda: s3().put_object(**own, Body="own")))
`;
  try {
    expect(await python(asked)).toBe("granted\n403 AccessDenied");
    await change("999999999999", "s3:*");
    expect(await python(asked)).toBe("403 AccessDenied\n403 AccessDenied");
  } finally {
    await change(ACCOUNT_ID, "s3:*");
  }
  expect(await python(asked)).toBe("granted\ngranted");
});

test("whoever has no session, or asks another service, is no administrator here", async () => {
  const printed = await python(`
key = "/members/etcd-1/server.key"
def signed(name, service):
    scope = f"Credential={name}/20261101/${REGION}/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
print(https("GET", key, {}))
print(https("GET", key, signed("testing", "s3")))
session = {"X-Amz-Security-Token": os.environ["AWS_SESSION_TOKEN"]}
print(https("GET", "/?Action=DescribeInstances", {**session, **signed(os.environ["AWS_ACCESS_KEY_ID"], "ec2")}))
`);
  const answers = [...printed.matchAll(/^(\d+) [^]*?<Code>(\w+)<\/Code>/gm)].map(([, ...words]) => words);
  expect(answers).toEqual([
    ["403", "AccessDenied"],
    ["403", "AccessDenied"],
    ["400", "AuthorizationHeaderMalformed"],
  ]);
});

test("closed, it refuses connections; open again, it answers", async () => {
  await services.wayToS3("closed");
  const dial = `
try:
    socket.create_connection((address, 443), timeout=30)
    print("connected")
except OSError as error:
    print(error.strerror)
`;
  expect(await python(dial)).toBe("Connection refused");
  await services.wayToS3("open");
  expect(await python(dial)).toBe("connected");
});

test("silent, it takes connections and says nothing, not even about its certificate", async () => {
  await services.wayToS3("silent");
  const printed = await python(`
connection = socket.create_connection((address, 443), timeout=30)
connection.settimeout(1)
try:
    ssl.create_default_context().wrap_socket(connection, server_hostname="${HOST}")
    print("answered")
except TimeoutError:
    print("nothing")
`);
  expect(printed).toBe("nothing");
});

test.each(["open", "silent"] as const)("connections of a way that is %s end when it changes", async (way) => {
  await services.wayToS3(way);
  const waiting = python(`
connection = socket.create_connection((address, 443), timeout=60)
open("connected-${way}", "w").close()
try:
    connection.recv(1)
    print("end")
except ConnectionResetError:
    print("reset")
`);
  const looked = `while [ ! -e connected-${way} ]; do sleep 0.05; done`;
  await runProgram("/bin/sh", ["-c", looked], { cwd: folder, timeoutMs: 30_000 });
  await services.wayToS3("closed");
  expect(await waiting).toBe("reset");
});

test("an answer can be cut off, and what is shorter comes whole", async () => {
  await services.wayToS3({ cutAfterBytes: 1000 });
  const printed = await python(`
from urllib3.exceptions import HTTPError
client = s3()
print(client.get_object(Bucket="${BUCKET}", Key="members/etcd-0/server.key")["Body"].read().decode())
answer = client.get_object(Bucket="${BUCKET}", Key="members/etcd-0/large")
print(answer["ContentLength"])
try:
    answer["Body"].read()
except Exception as error:
    print(error)
`);
  const [short, length, error] = printed.split("\n");
  expect([short, length]).toEqual(["own", String(Buffer.byteLength(LARGE))]);
  expect(error).toMatch(/1000 bytes read/);
});

test("what was asked is remembered, with the bucket in the host's name", async () => {
  await python(`s3().get_object(Bucket="${BUCKET}", Key="members/etcd-0/server.key")`);
  expect((await services.requests()).at(-1)).toMatchObject({
    service: "s3",
    method: "GET",
    host: `${BUCKET}.${HOST}`,
    path: "/members/etcd-0/server.key",
    status: 200,
  });
});
