/** Where the emulator was made to answer as AWS does: each against the API itself, without Terraform. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AwsAnswer, AwsCall } from "./support/boto-session";
import { Emulator } from "./support/emulator";
import { NetworkNamespace } from "./support/network-namespace";
import { readBack } from "./support/aws-state";

const REGION = "eu-west-1";

let namespace: NetworkNamespace;
let emulator: Emulator;
beforeAll(async () => {
  namespace = await NetworkNamespace.create();
  emulator = await Emulator.start(namespace, REGION);
});
afterAll(() => namespace?.remove());

type Response = Readonly<Record<string, unknown>>;

async function call(service: string, operation: string, parameters: Response = {}): Promise<Response> {
  const answer = await emulator.call({ service, operation, parameters });
  if (!answer.ok) throw new Error(`${operation}: ${answer.code} ${answer.message}`);
  return answer.response;
}

/** The code of an answer that has to be a refusal. */
async function refusal(operation: string, parameters: Response): Promise<string> {
  const answer = await emulator.call({ service: "ec2", operation, parameters });
  return answer.ok ? "not refused" : answer.code;
}

test("its environment has the endpoint and fake keys, and nothing of this machine's AWS configuration", () => {
  process.env["AWS_PROFILE"] = "real";
  process.env["AWS_SESSION_TOKEN"] = "real";
  try {
    const env = emulator.env();
    expect(Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("AWS_")))).toEqual({
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_MAX_ATTEMPTS: "2",
    });
    expect(env["PATH"]).toBe(process.env["PATH"]);
  } finally {
    delete process.env["AWS_PROFILE"];
    delete process.env["AWS_SESSION_TOKEN"];
  }
});

describe("instances on an interface of their own", () => {
  const ADDRESS = "10.41.1.10";
  let subnetId: string;
  let interfaceId: string;
  let imageId: string;

  beforeAll(async () => {
    const vpc = await call("ec2", "create_vpc", { CidrBlock: "10.41.0.0/16" });
    const { VpcId } = vpc["Vpc"] as { VpcId: string };
    const subnet = await call("ec2", "create_subnet", {
      VpcId,
      CidrBlock: "10.41.1.0/24",
      AvailabilityZone: `${REGION}b`,
    });
    subnetId = (subnet["Subnet"] as { SubnetId: string }).SubnetId;
    const created = await call("ec2", "create_network_interface", {
      SubnetId: subnetId,
      PrivateIpAddress: ADDRESS,
    });
    interfaceId = (created["NetworkInterface"] as { NetworkInterfaceId: string }).NetworkInterfaceId;
    const Name = "/aws/service/debian/release/13/latest/amd64";
    const parameter = await call("ssm", "get_parameter", { Name });
    imageId = (parameter["Parameter"] as { Value: string }).Value;
  });

  function launch(changes: Response = {}) {
    return {
      ImageId: imageId,
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: interfaceId }],
      ...changes,
    };
  }

  async function run(changes: Response = {}): Promise<string> {
    const started = await call("ec2", "run_instances", launch(changes));
    return (started["Instances"] as { InstanceId: string }[])[0]!.InstanceId;
  }

  test.each([
    ["in use", ADDRESS, "InvalidIPAddress.InUse"],
    ["reserved", "10.41.1.3", "InvalidParameterValue"],
    ["outside the subnet", "10.41.2.10", "InvalidParameterValue"],
  ])("an address that is %s is refused", async (_why, PrivateIpAddress, code) => {
    expect(await refusal("create_network_interface", { SubnetId: subnetId, PrivateIpAddress })).toBe(code);
  });

  test("an unknown placement group is refused", async () => {
    const changes = launch({ Placement: { GroupName: "nobody" } });
    expect(await refusal("run_instances", changes)).toBe("InvalidPlacementGroup.Unknown");
  });

  test("a placement group takes tags, and loses them", async () => {
    const created = await call("ec2", "create_placement_group", { GroupName: "tagged", Strategy: "spread" });
    const Resources = [(created["PlacementGroup"] as { GroupId: string }).GroupId];
    const Tags = [
      { Key: "team", Value: "platform" },
      { Key: "Name", Value: "tagged" },
    ];
    await call("ec2", "create_tags", { Resources, Tags });
    await call("ec2", "delete_tags", { Resources, Tags: [{ Key: "team" }] });
    expect((await readBack(emulator)).placementGroups).toEqual([
      { name: "tagged", strategy: "spread", tags: { Name: "tagged" } },
    ]);
    await call("ec2", "delete_placement_group", { GroupName: "tagged" });
  });

  test("a second device without size is refused, the root device has the image's", async () => {
    const Ebs = { VolumeType: "gp3" };
    const second = launch({ BlockDeviceMappings: [{ DeviceName: "/dev/sdb", Ebs }] });
    expect(await refusal("run_instances", second)).toBe("MissingParameter");
    const id = await run({ BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs }] });
    const { volumes } = await readBack(emulator);
    expect(volumes.filter(({ attachments }) => attachments[0]?.instanceId === id)).toMatchObject([
      { sizeGiB: 8, type: "gp3", throughputMiBps: 125, availabilityZone: `${REGION}b` },
    ]);
    await call("ec2", "terminate_instances", { InstanceIds: [id] });
  });

  test("the interface is refused while in use, and is free with its address after the instance", async () => {
    const first = await run({ DisableApiTermination: true });
    expect(await refusal("run_instances", launch())).toBe("InvalidNetworkInterface.InUse");
    const InstanceIds = [first];
    expect(await refusal("terminate_instances", { InstanceIds })).toBe("OperationNotPermitted");
    const off = { InstanceId: first, DisableApiTermination: { Value: false } };
    await call("ec2", "modify_instance_attribute", off);
    await call("ec2", "terminate_instances", { InstanceIds });
    const { interfaces, instances } = await readBack(emulator);
    expect(instances).toEqual([]);
    expect(interfaces).toMatchObject([
      { id: interfaceId, status: "available", privateIp: ADDRESS, instanceId: null },
    ]);
    const second = await run();
    expect((await readBack(emulator)).instances).toMatchObject([
      { id: second, privateIp: ADDRESS, availabilityZone: `${REGION}b`, publicIp: null },
    ]);
  });

  test("a volume of another zone, or one that is attached, cannot be attached", async () => {
    const [instance] = (await readBack(emulator)).instances;
    const attach = { InstanceId: instance!.id, Device: "/dev/sdf" };
    const elsewhere = await volume(`${REGION}a`);
    const here = await volume(`${REGION}b`);
    expect(await refusal("attach_volume", { ...attach, VolumeId: elsewhere })).toBe(
      "InvalidVolume.ZoneMismatch",
    );
    await call("ec2", "attach_volume", { ...attach, VolumeId: here });
    expect(await refusal("attach_volume", { ...attach, VolumeId: here })).toBe("VolumeInUse");
  });

  async function volume(AvailabilityZone: string): Promise<string> {
    return (await call("ec2", "create_volume", { AvailabilityZone, Size: 1 }))["VolumeId"] as string;
  }
});

describe("policies of a role", () => {
  const BUCKET = "policies-of-a-role";
  const ARN = `arn:aws:s3:::${BUCKET}`;
  let keyArn: string;

  beforeAll(async () => {
    const key = await call("kms", "create_key");
    keyArn = (key["KeyMetadata"] as { Arn: string }).Arn;
    await call("s3", "create_bucket", {
      Bucket: BUCKET,
      CreateBucketConfiguration: { LocationConstraint: REGION },
    });
    for (const Key of ["mine/a", "mine/b", "other/a"])
      await call("s3", "put_object", { Bucket: BUCKET, Key, Body: Key });
    await call("s3", "put_object", {
      Bucket: BUCKET,
      Key: "mine/secret",
      Body: "secret",
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: keyArn,
    });
  });

  /** Names of the requests that a role with these statements may make. */
  async function allowed(
    name: string,
    statements: readonly Response[],
    attached?: string,
  ): Promise<string[]> {
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await call("iam", "create_role", { RoleName: name, AssumeRolePolicyDocument });
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    await call("iam", "put_role_policy", { RoleName: name, PolicyName: "inline", PolicyDocument });
    const PolicyArn = `arn:aws:iam::aws:policy/${attached}`;
    if (attached !== undefined) await call("iam", "attach_role_policy", { RoleName: name, PolicyArn });
    const credentials = await emulator.roleCredentials(name);
    const requests: Record<string, Omit<AwsCall, "service">> = {
      "read mine/a": { operation: "get_object", parameters: { Key: "mine/a" } },
      "read mine/secret": { operation: "get_object", parameters: { Key: "mine/secret" } },
      "read other/a": { operation: "get_object", parameters: { Key: "other/a" } },
      "write mine/a": { operation: "put_object", parameters: { Key: "mine/a", Body: "new" } },
      "list mine/": { operation: "list_objects_v2", parameters: { Prefix: "mine/" } },
      "list all": { operation: "list_objects_v2" },
    };
    const calls: AwsCall[] = Object.values(requests).map(({ operation, parameters }) => ({
      service: "s3",
      operation,
      parameters: { Bucket: BUCKET, ...parameters },
      credentials,
    }));
    const answers = await Promise.all(calls.map((one) => emulator.call(one)));
    const refused = answers.filter((answer) => !answer.ok).map(({ code }) => code);
    expect(new Set(refused)).toEqual(new Set(["AccessDenied"]));
    return Object.keys(requests).filter((_name, index) => answers[index]?.ok);
  }

  test("a role may nothing that no statement allows", async () => {
    const statements = [{ Effect: "Allow", Action: "s3:GetObject", Resource: `${ARN}/mine/?` }];
    expect(await allowed("reader", statements)).toEqual(["read mine/a"]);
  });

  test("policies of AWS can be attached, and count with the role's own", async () => {
    const statements = [{ Effect: "Deny", Action: "s3:*", Resource: `${ARN}/other/*` }];
    const expected = ["read mine/a", "list mine/", "list all"];
    expect(await allowed("attached", statements, "AmazonS3ReadOnlyAccess")).toEqual(expected);
  });

  test("conditions count, and a Deny wins", async () => {
    const Condition = { StringLike: { "s3:prefix": "mine/*" } };
    const statements = [
      { Effect: "Allow", Action: "s3:ListBucket", Resource: ARN, Condition },
      { Effect: "Allow", Action: "s3:*Object", Resource: `${ARN}/*` },
      { Effect: "Deny", Action: "s3:*", NotResource: [ARN, `${ARN}/mine/*`] },
    ];
    expect(await allowed("lister", statements)).toEqual(["read mine/a", "write mine/a", "list mine/"]);
  });

  test.each([
    ["for this object, through S3", "s3", `${ARN}/mine/secret`, ["read mine/a", "read mine/secret"]],
    ["for the bucket, whose key this is not", "s3", ARN, ["read mine/a"]],
    ["through another service", "ec2", `${ARN}/mine/secret`, ["read mine/a"]],
  ])("an encrypted object needs its key: %s", async (label, service, context, expected) => {
    const StringEquals = {
      "kms:ViaService": `${service}.${REGION}.amazonaws.com`,
      "kms:EncryptionContext:aws:s3:arn": context,
    };
    const statements = [
      { Effect: "Allow", Action: "s3:GetObject", Resource: `${ARN}/mine/*` },
      { Effect: "Allow", Action: "kms:Decrypt", Resource: keyArn, Condition: { StringEquals } },
    ];
    expect(await allowed(`decrypter-${label.length}`, statements)).toEqual(expected);
  });

  test("that an object is missing is told only to who may list the bucket", async () => {
    const RoleNames = ["missing-with-list", "missing-without"];
    const codes: AwsAnswer[] = [];
    for (const RoleName of RoleNames) {
      const actions = RoleName.endsWith("list") ? ["s3:GetObject", "s3:ListBucket"] : ["s3:GetObject"];
      await allowed(RoleName, [{ Effect: "Allow", Action: actions, Resource: [ARN, `${ARN}/mine/*`] }]);
      const credentials = await emulator.roleCredentials(RoleName);
      const parameters = { Bucket: BUCKET, Key: "mine/nothing" };
      codes.push(await emulator.call({ service: "s3", operation: "get_object", parameters, credentials }));
      codes.push(await emulator.call({ service: "s3", operation: "head_object", parameters, credentials }));
    }
    expect(codes.map((answer) => !answer.ok && answer.code)).toEqual([
      "NoSuchKey",
      "404",
      "AccessDenied",
      "403",
    ]);
  });

  test("a bucket policy is for everybody, and its conditions count", async () => {
    const Principal = "*";
    const Condition = { Bool: { "aws:SecureTransport": "false" } };
    const Statement = [
      { Effect: "Deny", Principal, Action: "s3:*", Resource: `${ARN}/*`, Condition },
      { Effect: "Deny", Principal, Action: "s3:GetObject", Resource: `${ARN}/other/*` },
    ];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await call("s3", "put_bucket_policy", { Bucket: BUCKET, Policy });
    await call("s3", "get_object", { Bucket: BUCKET, Key: "mine/a" });
    const denied = { Bucket: BUCKET, Key: "other/a" };
    expect(await emulator.call({ service: "s3", operation: "get_object", parameters: denied })).toMatchObject(
      {
        ok: false,
      },
    );
  });
});

test("each service refuses in its own words", async () => {
  const parameters = { RoleName: "nothing", AssumeRolePolicyDocument: "{}" };
  await call("iam", "create_role", parameters);
  const requests = [
    { service: "ec2", operation: "describe_instances" },
    { service: "iam", operation: "list_roles" },
    { service: "ssm", operation: "get_parameter", parameters: { Name: "/aws/service/any" } },
    { service: "kms", operation: "list_keys" },
    { service: "s3", operation: "list_buckets" },
  ];
  const codes = async (credentials: AwsCall["credentials"]): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      await Promise.all(
        requests.map(async (request) => {
          const answer = await emulator.call({ ...request, ...(credentials && { credentials }) });
          return [request.service, !answer.ok && answer.code] as const;
        }),
      ),
    );
  expect(await codes(await emulator.roleCredentials("nothing"))).toEqual({
    ec2: "UnauthorizedOperation",
    iam: "AccessDenied",
    ssm: "AccessDeniedException",
    kms: "AccessDeniedException",
    s3: "AccessDenied",
  });
  const unknown = { accessKeyId: "ASIAWRONG", secretAccessKey: "wrong", sessionToken: "wrong" };
  expect(await codes(unknown)).toEqual({
    ec2: "AuthFailure",
    iam: "InvalidClientTokenId",
    ssm: "UnrecognizedClientException",
    kms: "UnrecognizedClientException",
    s3: "InvalidAccessKeyId",
  });
  await call("iam", "delete_role", { RoleName: "nothing" });
});

test("a role's keys that were never issued are refused", async () => {
  const credentials = { accessKeyId: "ASIAWRONG", secretAccessKey: "wrong", sessionToken: "wrong" };
  const answer = await emulator.call({ service: "s3", operation: "list_buckets", credentials });
  expect(answer).toMatchObject({ ok: false, code: "InvalidAccessKeyId" });
});
