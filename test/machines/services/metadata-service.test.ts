/** The metadata service, asked as an instance asks it: with curl, from its address. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readBack } from "../../aws/support/aws-state";
import { ACCOUNT_ID, Emulator } from "../../aws/support/emulator";
import { NetworkNamespace } from "../../aws/support/network-namespace";
import { makeRole } from "../../aws/support/test-role";
import { TestVpc } from "../../aws/support/test-vpc";
import { Ec2Services } from "./ec2-services";
import { Caller } from "./support/caller";

const REGION = "eu-central-1";
const ADDRESS = "10.40.0.10";
const OTHER_ADDRESS = "10.40.0.11";
const HIDDEN_ADDRESS = "10.40.0.12";
const STOPPED_ADDRESS = "10.40.0.13";
const TAGLESS_ADDRESS = "10.40.0.14";
const NOBODYS_ADDRESS = "10.40.0.15";

/** As long as EC2 allows, with characters of one to four bytes, line ends of both kinds, and none at the end. */
const USER_DATA = (() => {
  const beginning = "#cloud-config\r\n# é € 𝄞\n";
  return beginning + "x".repeat(16 * 1024 - Buffer.byteLength(beginning));
})();

let namespace: NetworkNamespace;
let emulator: Emulator;
let vpc: TestVpc;
let services: Ec2Services;
let instanceId: string;
let otherId: string;
const caller = (address = ADDRESS): Caller => new Caller(namespace, address);

const update = async (): Promise<void> => services.update(await readBack(emulator));

beforeAll(async () => {
  namespace = await NetworkNamespace.create();
  emulator = await Emulator.start(namespace, REGION);
  vpc = await TestVpc.create(emulator, "10.40.0.0/16");
  await makeRole(emulator, "reader", []);
  await makeRole(emulator, "other", []);
  await makeRole(emulator, "stranger", [], { Service: "lambda.amazonaws.com" });
  instanceId = await vpc.launch({
    address: ADDRESS,
    role: "reader",
    userData: USER_DATA,
    tags: { Name: "demo etcd-0", "etcd-member": "etcd-0" },
    metadataOptions: { HttpTokens: "required", InstanceMetadataTags: "enabled" },
  });
  otherId = await vpc.launch({ address: OTHER_ADDRESS, role: "other", userData: "another's" });
  await vpc.launch({ address: HIDDEN_ADDRESS, metadataOptions: { HttpEndpoint: "disabled" } });
  const stopped = await vpc.launch({ address: STOPPED_ADDRESS });
  await emulator.response("ec2", "stop_instances", { InstanceIds: [stopped] });
  await vpc.launch({ address: TAGLESS_ADDRESS, role: "stranger", tags: { Name: "secret" } });
  services = await Ec2Services.start(namespace, emulator);
  await update();
  for (const address of [ADDRESS, OTHER_ADDRESS, HIDDEN_ADDRESS, STOPPED_ADDRESS, TAGLESS_ADDRESS])
    await caller(address).arrive();
  await caller(NOBODYS_ADDRESS).arrive();
});
afterAll(() => namespace?.remove());

describe("tokens", () => {
  test("nothing is answered without one, or with one that was never given", async () => {
    for (const headers of [{}, { "X-aws-ec2-metadata-token": "made-up" }])
      expect(await caller().get("/latest/meta-data/instance-id", headers)).toMatchObject({ status: 401 });
  });

  test("one is good for its instance alone", async () => {
    const { body: token } = await caller().token(60);
    const headers = { "X-aws-ec2-metadata-token": token };
    expect(await caller().get("/latest/meta-data/instance-id", headers)).toMatchObject({
      status: 200,
      body: instanceId,
    });
    const refused = await caller(OTHER_ADDRESS).get("/latest/meta-data/instance-id", headers);
    expect(refused.status).toBe(401);
  });

  test("one ends when its time is over", async () => {
    const { body: token } = await caller().token(1);
    const ask = async () =>
      (await caller().get("/latest/meta-data/mac", { "X-aws-ec2-metadata-token": token })).status;
    await vi.waitFor(async () => expect(await ask()).toBe(401), { timeout: 20_000, interval: 200 });
  });

  test.each(["0", "21601", "-1", "1.5", "many", ""])("none is given for %j seconds", async (ttl) => {
    const headers = ttl === "" ? {} : { "X-aws-ec2-metadata-token-ttl-seconds": ttl };
    expect(await caller().put("/latest/api/token", headers)).toMatchObject({ status: 400 });
  });

  test.each([1, 21_600])("one is given for %i seconds", async (ttl) => {
    expect((await caller().token(ttl)).status).toBe(200);
  });

  test("none is given through a proxy, under a version's path, or anywhere else", async () => {
    const headers = { "X-aws-ec2-metadata-token-ttl-seconds": "60" };
    const forwarded = { ...headers, "X-Forwarded-For": "10.0.0.1" };
    expect((await caller().put("/latest/api/token", forwarded)).status).toBe(403);
    expect((await caller().put("/2021-03-23/api/token", headers)).status).toBe(403);
    expect((await caller().put("/latest/user-data", headers)).status).toBe(403);
  });

  test("those of an instance are no good for the one that takes its place", async () => {
    const { body: token } = await caller().token(60);
    const ask = () => caller().get("/latest/meta-data/instance-id", { "X-aws-ec2-metadata-token": token });
    await services.setInstance(ADDRESS, { instanceId: "i-0123456789abcdef0" });
    expect((await ask()).status).toBe(401);
    await services.setInstance(ADDRESS, undefined);
    expect(await ask()).toMatchObject({ status: 200, body: instanceId });
  });
});

describe("who is answered", () => {
  test("an instance whose endpoint is disabled is refused, also a token", async () => {
    expect((await caller(HIDDEN_ADDRESS).token(60)).status).toBe(403);
    expect((await caller(HIDDEN_ADDRESS).get("/latest/meta-data/")).status).toBe(403);
  });

  test.each([
    ["a stopped instance", STOPPED_ADDRESS],
    ["whoever is no instance", NOBODYS_ADDRESS],
  ])("%s gets no answer at all", async (_who, address) => {
    await expect(caller(address).token(60)).rejects.toThrow(/Connection reset|Empty reply|Recv failure/);
  });

  test("every instance is answered about itself", async () => {
    expect(await caller(OTHER_ADDRESS).read("/latest/meta-data/instance-id")).toBe(otherId);
    expect(await caller(OTHER_ADDRESS).read("/latest/user-data")).toBe("another's");
  });
});

describe("categories", () => {
  const lines = async (path: string, address = ADDRESS): Promise<string[]> =>
    (await caller(address).read(path)).split("\n");

  test("are listed with a slash after those that hold others", async () => {
    expect(await lines("/")).toContain("2021-03-23");
    expect(await lines("/latest/")).toEqual(["dynamic", "meta-data", "user-data"]);
    expect(await lines("/latest/meta-data/")).toEqual([
      "ami-id",
      "ami-launch-index",
      "ami-manifest-path",
      "block-device-mapping/",
      "hostname",
      "iam/",
      "instance-action",
      "instance-id",
      "instance-life-cycle",
      "instance-type",
      "local-hostname",
      "local-ipv4",
      "mac",
      "network/",
      "placement/",
      "profile",
      "security-groups",
      "services/",
      "tags/",
    ]);
    expect(await lines("/latest/meta-data/iam/")).toEqual(["info", "security-credentials/"]);
    expect(await lines("/latest/dynamic/instance-identity")).toEqual(["document"]);
  });

  test("say what the emulator holds", async () => {
    const state = await readBack(emulator);
    const instance = state.instances.find(({ id }) => id === instanceId)!;
    const [networkInterface] = state.interfaces.filter((one) => one.instanceId === instanceId);
    const mac = networkInterface!.macAddress;
    expect(mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
    const expected = {
      "ami-id": instance.imageId,
      "block-device-mapping/root": "/dev/xvda",
      hostname: "ip-10-40-0-10.eu-central-1.compute.internal",
      "instance-id": instanceId,
      "instance-type": "m7i.large",
      "local-ipv4": ADDRESS,
      mac,
      "placement/availability-zone": "eu-central-1a",
      "placement/region": REGION,
      "security-groups": "test",
      "services/domain": "amazonaws.com",
      "services/partition": "aws",
      "tags/instance/Name": "demo etcd-0",
      "tags/instance/etcd-member": "etcd-0",
      "network/interfaces/macs/": `${mac}/`,
      [`network/interfaces/macs/${mac}/device-number`]: "0",
      [`network/interfaces/macs/${mac}/interface-id`]: networkInterface!.id,
      [`network/interfaces/macs/${mac}/local-ipv4s`]: ADDRESS,
      [`network/interfaces/macs/${mac}/owner-id`]: ACCOUNT_ID,
      [`network/interfaces/macs/${mac}/security-group-ids`]: networkInterface!.securityGroupIds[0],
      [`network/interfaces/macs/${mac}/subnet-ipv4-cidr-block`]: "10.40.0.0/16",
      [`network/interfaces/macs/${mac}/vpc-ipv4-cidr-block`]: "10.40.0.0/16",
    };
    const said = await Promise.all(
      Object.keys(expected).map(async (path) => [path, await caller().read(`/latest/meta-data/${path}`)]),
    );
    expect(Object.fromEntries(said)).toEqual(expected);
  });

  test("are the same under every version that cloud-init knows", async () => {
    for (const version of ["2009-04-04", "2016-09-02", "2018-09-24", "2021-03-23"])
      expect(await caller().read(`/${version}/meta-data/instance-id`)).toBe(instanceId);
    await expect(caller().read("/2099-01-01/meta-data/instance-id")).rejects.toThrow("404");
  });

  test.each([
    "/latest/meta-data/nothing",
    "/latest/meta-data/instance-id/more",
    "/latest/meta-data/constructor",
    "/latest/metadata/",
    "/nonsense",
  ])("there is nothing at %s", async (path) => {
    await expect(caller().read(path)).rejects.toThrow("404");
  });

  test("tags are told to those alone whose options allow it", async () => {
    expect(await lines("/latest/meta-data/", TAGLESS_ADDRESS)).not.toContain("tags/");
    await expect(caller(TAGLESS_ADDRESS).read("/latest/meta-data/tags/instance/Name")).rejects.toThrow("404");
  });

  test("the identity document names account, region and instance", async () => {
    const document = JSON.parse(await caller().read("/latest/dynamic/instance-identity/document")) as unknown;
    expect(document).toMatchObject({
      accountId: ACCOUNT_ID,
      architecture: "x86_64",
      availabilityZone: "eu-central-1a",
      instanceId,
      instanceType: "m7i.large",
      pendingTime: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/),
      privateIp: ADDRESS,
      region: REGION,
    });
  });

  test("only reading and asking for tokens is known", async () => {
    expect((await caller().request("POST", "/latest/api/token")).status).toBe(405);
    expect((await caller().request("DELETE", "/latest/user-data")).status).toBe(405);
  });
});

describe("user data", () => {
  test("comes byte for byte", async () => {
    expect(Buffer.byteLength(USER_DATA)).toBe(16 * 1024);
    expect(await caller().bytes("/latest/user-data")).toEqual(Buffer.from(USER_DATA));
  });

  test("that is none is not found", async () => {
    await expect(caller(TAGLESS_ADDRESS).read("/latest/user-data")).rejects.toThrow("404");
    expect(await caller(TAGLESS_ADDRESS).read("/latest/")).toBe("dynamic\nmeta-data");
  });

  test("and the id can be another's, until the emulator has another instance there", async () => {
    await services.setInstance(OTHER_ADDRESS, { instanceId: "i-0replaced", userData: "changed é" });
    await update();
    const told = async () => {
      const paths = ["meta-data/instance-id", "user-data", "dynamic/instance-identity/document"];
      const [id, userData, document] = await Promise.all(
        paths.map((path) => caller(OTHER_ADDRESS).read(`/latest/${path}`)),
      );
      const { instanceId: identity } = JSON.parse(document!) as { instanceId: string };
      return { id, userData, identity };
    };
    expect(await told()).toEqual({ id: "i-0replaced", userData: "changed é", identity: "i-0replaced" });
    await emulator.response("ec2", "terminate_instances", { InstanceIds: [otherId] });
    await emulator.response("ec2", "delete_network_interface", {
      NetworkInterfaceId: (await readBack(emulator)).interfaces.find(
        ({ privateIp }) => privateIp === OTHER_ADDRESS,
      )!.id,
    });
    otherId = await vpc.launch({ address: OTHER_ADDRESS, role: "other", userData: "another's" });
    await update();
    expect(await told()).toEqual({ id: otherId, userData: "another's", identity: otherId });
  });
});

describe("the role", () => {
  const CREDENTIALS = "/latest/meta-data/iam/security-credentials";

  interface Credentials {
    Code: string;
    AccessKeyId: string;
    SecretAccessKey: string;
    Token: string;
    Expiration: string;
  }

  const credentialsOf = async (address: string, role: string) =>
    JSON.parse(await caller(address).read(`${CREDENTIALS}/${role}`)) as Credentials;

  test("is the instance's own, with credentials that AWS takes for it", async () => {
    for (const [address, role, id] of [
      [ADDRESS, "reader", instanceId],
      [OTHER_ADDRESS, "other", otherId],
    ] as const) {
      expect(await caller(address).read(`${CREDENTIALS}/`)).toBe(role);
      const { Code, AccessKeyId, SecretAccessKey, Token, Expiration } = await credentialsOf(address, role);
      expect(Code).toBe("Success");
      expect(Date.parse(Expiration) - Date.now()).toBeGreaterThan(30 * 60_000);
      const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
      expect(
        await emulator.call({ service: "sts", operation: "get_caller_identity", credentials }),
      ).toMatchObject({
        ok: true,
        response: { Arn: `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role}/${id}` },
      });
      expect(services.secrets).toContain(SecretAccessKey);
      expect(services.secrets).toContain(Token);
    }
  });

  test("of another is not to be had", async () => {
    await expect(caller().read(`${CREDENTIALS}/other`)).rejects.toThrow("404");
  });

  test("keeps its credentials as long as they are good for long", async () => {
    const before = await credentialsOf(ADDRESS, "reader");
    await update();
    expect(await credentialsOf(ADDRESS, "reader")).toEqual(before);
  });

  test("that does not trust EC2 gives no credentials, and says so", async () => {
    expect(await credentialsOf(TAGLESS_ADDRESS, "stranger")).toEqual({
      Code: "AssumeRoleUnauthorizedAccess",
      Message: "EC2 cannot assume the role stranger.",
    });
  });

  test("can be missing", async () => {
    await services.setInstance(ADDRESS, { profileArn: null });
    await expect(caller().read(`${CREDENTIALS}/`)).rejects.toThrow("404");
    await services.setInstance(ADDRESS, undefined);
    expect(JSON.parse(await caller().read("/latest/meta-data/iam/info"))).toMatchObject({
      Code: "Success",
      InstanceProfileArn: `arn:aws:iam::${ACCOUNT_ID}:instance-profile/reader`,
      InstanceProfileId: expect.stringMatching(/^\w{20}$/),
    });
  });
});

test("what was asked is remembered, with who asked and what was answered", async () => {
  await caller().get("/latest/meta-data/what-was-asked");
  expect((await services.requests()).at(-1)).toEqual({
    service: "metadata",
    address: ADDRESS,
    method: "GET",
    host: "169.254.169.254",
    path: "/latest/meta-data/what-was-asked",
    status: 401,
  });
});

test("an instance that uses what is not there is a mistake that is named", async () => {
  const state = await readBack(emulator);
  await expect(services.update({ ...state, subnets: [] })).rejects.toThrow(
    /^the state has no subnet-\w+, which eni-\w+ uses$/,
  );
  await expect(services.update({ ...state, instanceProfiles: [] })).rejects.toThrow(
    /instance-profile\/\w+, which i-/,
  );
  await services.update(state);
});
