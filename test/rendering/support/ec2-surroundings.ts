import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import {
  backupPrefix,
  bucketName,
  dataVolumeKey,
  memberPrefix,
  PROGRAM_PREFIX,
  statusPrefix,
  tarballKey,
} from "../../../lib/cluster/bucket";
import type { AwsCluster, AwsMember } from "../../../lib/cluster/cluster";
import { runProgram } from "../../../lib/local/run-program";
import { programs, renderMemberFiles } from "../../../lib/rendering";
import { firstLine, unref } from "../../aws/support/background-program";
import type { AwsAnswer } from "../../aws/support/boto-session";
import { ACCOUNT_ID, Emulator } from "../../aws/support/emulator";
import { NetworkNamespace } from "../../aws/support/network-namespace";
import { PrivateMachine } from "./private-machine";

const PROGRAM = join(__dirname, "ec2-surroundings.py");

const METADATA_ADDRESS = "169.254.169.254";
/** Of a metadata service for an instance without a role. */
export const NO_ROLE_PORT = 79;
/** Of a metadata service for an instance whose role may not be assumed. */
export const NO_CREDENTIALS_PORT = 78;

/** Of the router between the instances, which is also the way to S3. */
const ROUTER_ADDRESS = "10.255.0.1";
const S3_PORT = 9000;

/**
 * What the machines of a cluster find on EC2: a network in which each has its address, their metadata service, each with a role of
 * its own, and the cluster's bucket. The emulator behind it checks signatures, policies and the permission for the KMS key.
 */
export class Ec2Surroundings {
  private constructor(
    private readonly cluster: AwsCluster,
    private readonly router: NetworkNamespace,
    /** Of the members' instances. */
    private readonly namespaces: readonly NetworkNamespace[],
    private readonly emulator: Emulator,
    private readonly program: ChildProcess,
    /** Of all the members' credentials. */
    readonly secrets: readonly string[],
  ) {}

  static async create(cluster: AwsCluster): Promise<Ec2Surroundings> {
    const router = await NetworkNamespace.create();
    const namespaces: NetworkNamespace[] = [];
    try {
      await inNamespace(
        router,
        `ip addr add ${METADATA_ADDRESS}/32 dev lo\nsysctl -qw net.ipv4.ip_forward=1`,
      );
      for (const { address } of cluster.members) {
        const namespace = await NetworkNamespace.create();
        namespaces.push(namespace);
        await connect(router, namespace, address, namespaces.length);
      }
      const emulator = await Emulator.start(router, cluster.aws.region);
      const { metadata, secrets } = await makeBucketAndRoles(cluster, emulator);
      const configuration = {
        metadata,
        s3: { port: S3_PORT, target: Number(new URL(emulator.endpoint).port) },
      };
      const [file, ...args] = router.command(["python3", PROGRAM, JSON.stringify(configuration)], __dirname);
      const program = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
      await firstLine(program);
      unref(program);
      const surroundings = new Ec2Surroundings(cluster, router, namespaces, emulator, program, secrets);
      for (const { key, content } of programs()) await surroundings.put(key, content);
      for (const member of cluster.members)
        await surroundings.put(dataVolumeKey(member), `vol-0123456789abcde0${member.index}`);
      return surroundings;
    } catch (error) {
      for (const namespace of [...namespaces, router]) await namespace.remove();
      throw error;
    }
  }

  get bucket(): string {
    return bucketName(this.cluster, ACCOUNT_ID);
  }

  /** What a machine's environment says, instead of the address that only AWS has. */
  readonly env = { AWS_ENDPOINT_URL_S3: `http://${ROUTER_ADDRESS}:${S3_PORT}` };

  /** A member's machine with nothing on it. */
  machine(member: AwsMember): Promise<PrivateMachine> {
    return PrivateMachine.create({ namespace: this.namespaces[member.index] });
  }

  /** A machine with all that a member's user data and programs bring, but no systemd to read its units. */
  async memberMachine(member: AwsMember): Promise<PrivateMachine> {
    const machine = await this.machine(member);
    for (const { path, content } of renderMemberFiles(this.cluster, member))
      if (!/^\/etc\/(systemd|profile\.d)\//.test(path)) await machine.install(path, content);
    return machine;
  }

  async s3(operation: string, parameters: Readonly<Record<string, unknown>>): Promise<AwsAnswer> {
    return this.emulator.call({
      service: "s3",
      operation,
      parameters: { Bucket: this.bucket, ...parameters },
    });
  }

  /** Lets a member do more than its own policy does. */
  async allow(member: AwsMember, statement: Readonly<Record<string, unknown>>): Promise<void> {
    const parameters = {
      RoleName: roleName(member),
      PolicyName: "more",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", ...statement }],
      }),
    };
    const answer = await this.emulator.call({ service: "iam", operation: "put_role_policy", parameters });
    if (!answer.ok) throw new Error(answer.message);
  }

  /** As the administrator. */
  async put(key: string, content: string): Promise<void> {
    const answer = await this.s3("put_object", { Key: key, Body: content });
    if (!answer.ok) throw new Error(answer.message);
  }

  /** As the administrator: a file of this machine. */
  async upload(key: string, path: string): Promise<void> {
    const script = "import boto3, sys; boto3.client('s3').upload_file(*sys.argv[1:])";
    const words = ["python3", "-c", script, path, this.bucket, key];
    const [file, ...args] = this.router.command(words, "/");
    const env = { ...this.emulator.env(), AWS_DEFAULT_REGION: this.cluster.aws.region };
    const { failure, stderr } = await runProgram(file, args, { env });
    if (failure !== undefined) throw new Error(stderr);
  }

  /** As the administrator. */
  async delete(key: string): Promise<void> {
    const answer = await this.s3("delete_object", { Key: key });
    if (!answer.ok) throw new Error(answer.message);
  }

  /** As the administrator; undefined when it is not there. */
  async read(key: string): Promise<string | undefined> {
    const answer = await this.s3("get_object", { Key: key });
    return answer.ok ? String(answer.response["Body"]) : undefined;
  }

  /** A number cuts every answer of S3 off after so many bytes. */
  async wayToS3(state: "open" | "closed" | number): Promise<void> {
    const { stdin, stdout } = this.program;
    if (stdin === null || stdout === null) throw new Error("no way to the program");
    const changed = once(stdout, "data");
    stdin.write(`${state}\n`);
    await changed;
  }

  async remove(): Promise<void> {
    for (const namespace of [...this.namespaces, this.router]) await namespace.remove();
  }
}

async function inNamespace(namespace: NetworkNamespace, commands: string): Promise<void> {
  const [file, ...args] = namespace.command(["sh", "-euc", commands], "/");
  const { failure } = await runProgram(file, args);
  if (failure !== undefined) throw new Error(failure);
}

/** As in a VPC: everybody else is behind the router. */
async function connect(
  router: NetworkNamespace,
  instance: NetworkNamespace,
  address: string,
  number: number,
): Promise<void> {
  const link = `ip link add v${number} type veth peer name ens5 netns ${instance.initPid}`;
  // The number of the other namespace's process is one of this machine, not of the namespace.
  const { failure } = await runProgram("nsenter", [`--target=${router.initPid}`, "--net", "sh", "-c", link]);
  if (failure !== undefined) throw new Error(failure);
  await inNamespace(
    router,
    `ip addr add ${ROUTER_ADDRESS}/32 dev v${number}
ip link set v${number} up
ip route add ${address}/32 dev v${number}`,
  );
  await inNamespace(
    instance,
    `ip addr add ${address}/32 dev ens5
ip link set ens5 up
ip route add ${ROUTER_ADDRESS}/32 dev ens5
ip route add default via ${ROUTER_ADDRESS} dev ens5`,
  );
}

type Documents = Readonly<Record<string, unknown>>;

/** Gives the metadata of the instances, by port and address, and what is secret in them. */
async function makeBucketAndRoles(
  cluster: AwsCluster,
  emulator: Emulator,
): Promise<{ metadata: Record<number, Record<string, Documents>>; secrets: string[] }> {
  const call = async (service: string, operation: string, parameters: Documents): Promise<Documents> => {
    const answer = await emulator.call({ service, operation, parameters });
    if (!answer.ok) throw new Error(`${operation}: ${answer.message}`);
    return answer.response;
  };
  const bucket = bucketName(cluster, ACCOUNT_ID);
  const { region } = cluster.aws;
  const key = (await call("kms", "create_key", {}))["KeyMetadata"] as { Arn: string };
  const location = { CreateBucketConfiguration: { LocationConstraint: region } };
  await call("s3", "create_bucket", { Bucket: bucket, ...location });
  await call("s3", "put_bucket_versioning", {
    Bucket: bucket,
    VersioningConfiguration: { Status: "Enabled" },
  });
  await call("s3", "put_bucket_encryption", {
    Bucket: bucket,
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: key.Arn } }],
    },
  });
  const secrets: string[] = [];
  const roles = "/latest/meta-data/iam/security-credentials/";
  const identity = { "/latest/dynamic/instance-identity/document": { accountId: ACCOUNT_ID, region } };
  const instances: Record<string, Documents> = {};
  for (const member of cluster.members) {
    const role = roleName(member);
    await call("iam", "create_role", { RoleName: role, AssumeRolePolicyDocument: ANYBODY });
    await call("iam", "put_role_policy", {
      RoleName: role,
      PolicyName: "etcd-member",
      PolicyDocument: memberPolicy(cluster, member, `arn:aws:s3:::${bucket}`, key.Arn),
    });
    const { accessKeyId, secretAccessKey, sessionToken } = await emulator.roleCredentials(role);
    secrets.push(secretAccessKey, sessionToken ?? "");
    instances[member.address] = {
      ...identity,
      [roles]: role,
      [`${roles}${role}`]: {
        Code: "Success",
        Type: "AWS-HMAC",
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        Token: sessionToken,
      },
    };
  }
  const noCredentials = { [roles]: "broken", [`${roles}broken`]: { Code: "AssumeRoleUnauthorizedAccess" } };
  const metadata = {
    80: instances,
    [NO_ROLE_PORT]: { any: identity },
    [NO_CREDENTIALS_PORT]: { any: { ...identity, ...noCredentials } },
  };
  return { metadata, secrets };
}

function roleName({ name }: AwsMember): string {
  return `etcd-${name}`;
}

const ANYBODY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
});

/** Its own part of the bucket, the tarball and the programs. */
function memberPolicy(cluster: AwsCluster, member: AwsMember, bucketArn: string, keyArn: string): string {
  const objects = (...keys: string[]) => keys.map((key) => `${bucketArn}/${key}`);
  const read = objects(
    `${memberPrefix(member)}*`,
    `${statusPrefix(member)}*`,
    `${PROGRAM_PREFIX}*`,
    tarballKey(cluster),
  );
  const written = objects(`${statusPrefix(member)}*`, `${backupPrefix(member)}*`);
  const onlyFor = (resources: string[]) => ({
    StringEquals: { "kms:ViaService": `s3.${cluster.aws.region}.amazonaws.com` },
    StringLike: { "kms:EncryptionContext:aws:s3:arn": resources },
  });
  const list = { StringLike: { "s3:prefix": [`${statusPrefix(member)}*`] } };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: "s3:GetObject", Resource: read },
      { Effect: "Allow", Action: "s3:PutObject", Resource: written },
      { Effect: "Allow", Action: "s3:ListBucket", Resource: bucketArn, Condition: list },
      { Effect: "Allow", Action: "kms:Decrypt", Resource: keyArn, Condition: onlyFor(read) },
      { Effect: "Allow", Action: "kms:GenerateDataKey", Resource: keyArn, Condition: onlyFor(written) },
    ],
  });
}
