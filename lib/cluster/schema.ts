import { z } from "zod";
import { TARGETS } from "./cluster";
import { parseCidr, parseIpv4 } from "./ipv4";
import { settingsSchema } from "./settings";
import { parseSize } from "./units";

type Check = (value: string) => { ok: true } | { ok: false; message: string; remedy?: string | undefined };

/** Text that `check` accepts; its message and remedy reach the reader unchanged. */
function textThat(check: Check, description: string): z.ZodType<string, string> {
  return z
    .string()
    .superRefine((value, context) => {
      const result = check(value);
      if (!result.ok) context.addIssue({ code: "custom", message: result.message, params: { remedy: result.remedy } });
    })
    .meta({ description });
}

function textLike(pattern: RegExp, allowed: string, description: string, remedy?: string): z.ZodType<string, string> {
  return textThat(
    (value) => (pattern.test(value) ? { ok: true } : { ok: false, message: `must be ${allowed}, got "${value}"`, remedy }),
    description,
  );
}

function size(description: string): z.ZodType<number, string | number> {
  return z
    .union([z.string(), z.number()])
    .transform((value, context) => {
      const parsed = parseSize(value);
      if (parsed.ok) return parsed.value;
      context.addIssue({ code: "custom", message: parsed.message, params: { remedy: parsed.remedy } });
      return z.NEVER;
    })
    .meta({ description });
}

const address = (description: string) => textThat(parseIpv4, description);
const cidr = (description: string) => textThat(parseCidr, description);
const clientCidr = textThat((value) => {
  const parsed = parseCidr(value);
  if (!parsed.ok || parsed.value.prefixLength > 0) return parsed;
  return {
    ok: false,
    message: `opens the client port to every address there is, got "${value}"`,
    remedy: "name the ranges that clients come from",
  };
}, "IPv4 range that may connect to the client port");
const port = (description: string) => z.int().min(1).max(65535).meta({ description });
const absolutePath = (description: string) =>
  textLike(/^\/[^\0\n\r]*$/, "an absolute path", description, "write it from the root, e.g. /etc/etcd/tls/ca.crt");

const memberName = (description: string) =>
  textLike(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit',
    description,
  );

const sha256 = (architecture: string) =>
  textLike(
    /^[0-9a-f]{64}$/,
    "64 lower-case hexadecimal digits",
    `sha256 of etcd-v<release>-linux-${architecture}.tar.gz`,
    "copy it from the release's SHA256SUMS file",
  );

const tlsFiles = (description: string) =>
  z
    .strictObject({
      caFile: absolutePath("PEM file of the CA that signed the other side's certificate"),
      certFile: absolutePath("PEM certificate; {member} stands for the member's name"),
      keyFile: absolutePath("PEM private key; {member} stands for the member's name"),
    })
    .meta({ description });

const member = z.strictObject({
  name: memberName("ETCD_NAME of this member, unique in the cluster"),
  address: address("Private IPv4 address on AWS; default: the subnet's 11th address, counted up").optional(),
});

const etcd = z.strictObject({
  release: textLike(
    /^\d+\.\d+\.\d+$/,
    'a release like "3.6.14"',
    "Exact etcd release; default: the newest pinned one (aws), any supported etcd at hand (local)",
    "write all three numbers, in quotes",
  ).optional(),
  sha256: z
    .strictObject({ amd64: sha256("amd64").optional(), arm64: sha256("arm64").optional() })
    .meta({ description: "sha256 of the release tarballs; needed for a release that is not pinned in this package" })
    .optional(),
  downloadBaseUrl: textLike(
    /^https?:\/\/[A-Za-z0-9._~:/?#@!$&()*+,;=%-]+$/,
    "an http or https URL",
    "Where tarballs are fetched: <downloadBaseUrl>/v<release>/etcd-v<release>-linux-<architecture>.tar.gz",
  ).optional(),
  initialClusterToken: textLike(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'letters, digits, ".", "_" and "-", at most 63 characters',
    "Keeps members of different clusters apart; default: the cluster's name",
  ).optional(),
  metricsPort: port("Port of each member's plain-HTTP /metrics and /health; default: none").optional(),
  settings: settingsSchema.optional(),
});

const local = z.strictObject({
  address: address("Loopback address of all members; default 127.0.0.1").optional(),
  clientPort: port("Client port of the first member; default 2379").optional(),
  peerPort: port("Peer port of the first member; default 2380").optional(),
  portStep: z.int().min(1).max(10000).meta({ description: "Added to the ports of each further member; default 10" }).optional(),
  etcdPath: absolutePath("An etcd binary to use; default: PATH, the cache, the release, the distribution's package").optional(),
});

const subnet = z.strictObject({
  id: textLike(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id like "subnet-0123456789abcdef0"', "Id of an existing subnet").optional(),
  cidr: cidr("IPv4 range of the subnet"),
  availabilityZone: textLike(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'an availability zone like "eu-central-1a"', "Availability zone of the subnet"),
});

const aws = z.strictObject({
  region: textLike(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region like "eu-central-1"', "AWS region"),
  instanceType: textLike(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'an EC2 instance type like "m7g.large"', "EC2 instance type; default m7g.large").optional(),
  memory: size("Memory of the instance type, e.g. 8GiB; default: known for the m, c, r and t families").optional(),
  architecture: z.enum(["amd64", "arm64"]).meta({ description: "CPU architecture of the instance type" }).optional(),
  amiId: textLike(/^ami-[0-9a-f]{8,17}$/, 'an AMI id like "ami-0123456789abcdef0"', "AMI; default: newest Amazon Linux 2023").optional(),
  network: z
    .strictObject({
      vpcId: textLike(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id like "vpc-0123456789abcdef0"', "An existing VPC; default: a new one").optional(),
      cidr: cidr("IPv4 range of the new VPC; default 10.40.0.0/16").optional(),
      subnets: z.array(subnet).min(1).meta({ description: "Subnets, one per availability zone" }).optional(),
    })
    .meta({ description: "A new VPC, or an existing one given by its id" })
    .optional(),
  clientAccess: z
    .strictObject({
      cidrs: z.array(clientCidr).optional(),
      securityGroupIds: z.array(textLike(/^sg-[0-9a-f]{8,17}$/, 'a security group id like "sg-0123456789abcdef0"', "Security group that may connect")).optional(),
    })
    .meta({ description: "Who may connect to the client port 2379; default: the new VPC" })
    .optional(),
  dataVolume: z
    .strictObject({
      size: size("Size of each member's data volume, whole GiB; default 20GiB").optional(),
      iops: z.int().min(3000).max(16000).meta({ description: "gp3 IOPS; default 3000" }).optional(),
      throughputMiBps: z.int().min(125).max(1000).meta({ description: "gp3 throughput in MiB/s; default 125" }).optional(),
      kmsKeyId: z.string().min(1).max(2048).regex(/^[A-Za-z0-9:/_-]+$/).meta({ description: "KMS key id or ARN; default: the account's EBS key" }).optional(),
      preventDestroy: z.boolean().meta({ description: "Terraform's prevent_destroy on the data volumes; default true" }).optional(),
    })
    .optional(),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).meta({ description: "Tags of every resource" }).optional(),
});

/** The shape of a definition, and what each value may be on its own; `rules.ts` says what must fit together. */
export const definitionSchema = z
  .strictObject({
    name: textLike(/^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?$/, "lower-case letters, digits and hyphens, at most 32 characters, beginning with a letter", "Name of the cluster"),
    target: z.enum(TARGETS).meta({ description: "Where the members run" }).optional(),
    members: z
      .union([z.int(), z.array(member)])
      .meta({ description: "1, 3, 5 or 7, or the list of members; default 3" })
      .optional(),
    learners: z.array(memberName("Name of a learner that verify accepts")).optional(),
    etcd: etcd.optional(),
    tls: z
      .strictObject({
        client: tlsFiles("Client plane, on each member"),
        peer: tlsFiles("Peer plane, on each member"),
        operator: tlsFiles("What verify presents from this machine"),
      })
      .meta({ description: "Mutual TLS with files that are on the machines already; default: plain HTTP" })
      .optional(),
    local: local.optional(),
    aws: aws.optional(),
  })
  .meta({ title: "cdktf-etcd cluster definition", description: "One etcd cluster, from this file to a verified quorum" });

export type ParsedDefinition = z.output<typeof definitionSchema>;
