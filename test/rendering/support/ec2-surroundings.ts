import { appendFile } from "node:fs/promises";
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
import { readBack } from "../../aws/support/aws-state";
import type { AwsAnswer } from "../../aws/support/boto-session";
import { ACCOUNT_ID, Emulator } from "../../aws/support/emulator";
import { NetworkNamespace } from "../../aws/support/network-namespace";
import { makeRole } from "../../aws/support/test-role";
import { TestVpc } from "../../aws/support/test-vpc";
import { s3HostName } from "../../machines/services/aws-names";
import { Ec2Services, type WayToS3 } from "../../machines/services/ec2-services";
import { PrivateMachine } from "./private-machine";

/** Profile of a role that is not for instances. */
export const STRANGERS_PROFILE = `arn:aws:iam::${ACCOUNT_ID}:instance-profile/stranger`;

/** Of the network that the fixtures' members are in. */
const VPC_CIDR = "10.40.0.0/16";

/** Of the router between the instances. */
const ROUTER_ADDRESS = "10.255.0.1";

/** On the machines. */
const CA_FILE = "/etc/s3-ca.crt";

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
    /** The metadata service and S3. */
    readonly services: Ec2Services,
  ) {}

  static async create(cluster: AwsCluster): Promise<Ec2Surroundings> {
    const router = await NetworkNamespace.create();
    const namespaces: NetworkNamespace[] = [];
    try {
      await inNamespace(router, "sysctl -qw net.ipv4.ip_forward=1");
      for (const { address } of cluster.members) {
        const namespace = await NetworkNamespace.create();
        namespaces.push(namespace);
        await connect(router, namespace, address, namespaces.length);
      }
      const emulator = await Emulator.start(router, cluster.aws.region);
      await makeBucketAndInstances(cluster, emulator);
      const services = await Ec2Services.start(router, emulator);
      await services.update(await readBack(emulator));
      const surroundings = new Ec2Surroundings(cluster, router, namespaces, emulator, services);
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

  /** Of a machine: whom it trusts beside the CAs of the world. */
  readonly env = { SSL_CERT_FILE: CA_FILE };

  /** A member's machine with nothing on it, but with what DNS and trust are on EC2. */
  async machine(member: AwsMember): Promise<PrivateMachine> {
    const machine = await PrivateMachine.create({ namespace: this.namespaces[member.index] });
    const s3 = s3HostName(this.cluster.aws.region);
    const { s3Address, caPem } = this.services;
    await appendFile(machine.path("/etc/hosts"), `${s3Address} ${s3} ${this.bucket}.${s3}\n`);
    await machine.install(CA_FILE, caPem);
    return machine;
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
    await this.emulator.response("iam", "put_role_policy", parameters);
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

  wayToS3(way: WayToS3): Promise<void> {
    return this.services.wayToS3(way);
  }

  async remove(): Promise<void> {
    await this.services.stop();
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

async function makeBucketAndInstances(cluster: AwsCluster, emulator: Emulator): Promise<void> {
  const bucket = bucketName(cluster, ACCOUNT_ID);
  const { region } = cluster.aws;
  const { KeyMetadata } = await emulator.response("kms", "create_key");
  const key = KeyMetadata as { Arn: string };
  const location = { CreateBucketConfiguration: { LocationConstraint: region } };
  await emulator.response("s3", "create_bucket", { Bucket: bucket, ...location });
  await emulator.response("s3", "put_bucket_versioning", {
    Bucket: bucket,
    VersioningConfiguration: { Status: "Enabled" },
  });
  await emulator.response("s3", "put_bucket_encryption", {
    Bucket: bucket,
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: key.Arn } }],
    },
  });
  const vpc = await TestVpc.create(emulator, VPC_CIDR);
  await makeRole(emulator, "stranger", [], { Service: "lambda.amazonaws.com" });
  for (const member of cluster.members) {
    const role = roleName(member);
    await makeRole(emulator, role, memberStatements(cluster, member, `arn:aws:s3:::${bucket}`, key.Arn));
    await vpc.launch({ address: member.address, role });
  }
}

function roleName({ name }: AwsMember): string {
  return `etcd-${name}`;
}

/** Its own part of the bucket, the tarball and the programs. */
function memberStatements(cluster: AwsCluster, member: AwsMember, bucketArn: string, keyArn: string) {
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
  return [
    { Effect: "Allow", Action: "s3:GetObject", Resource: read },
    { Effect: "Allow", Action: "s3:PutObject", Resource: written },
    { Effect: "Allow", Action: "s3:ListBucket", Resource: bucketArn, Condition: list },
    { Effect: "Allow", Action: "kms:Decrypt", Resource: keyArn, Condition: onlyFor(read) },
    { Effect: "Allow", Action: "kms:GenerateDataKey", Resource: keyArn, Condition: onlyFor(written) },
  ];
}
