import * as z from "zod";
import { ETCD_SOURCES, TARGETS } from "./cluster";
import { DEFAULT_DOWNLOAD_BASE_URL, parseRelease } from "./etcd-release";
import { schemaOf } from "./kind-schema";
import { DEFAULT_LOCAL, DEFAULT_MEMBER_COUNT, MEMBER_COUNTS } from "./members";
import { quote } from "./quote";
import { awsSchema } from "./schema-aws";
import { settingsSchema } from "./settings";
import { integer, oneOf } from "./settings/kinds";
import { absolutePath, baseUrl, ipv4Address, textLike, textThat } from "./text-kinds";

const port = integer({ min: 1, max: 65535 });

const memberName = textLike(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
  'letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit',
);

const release = textThat(
  (text) =>
    parseRelease(text) === undefined
      ? {
          ok: false,
          message: `must be a release like "3.6.14", got ${quote(text)}`,
          remedy: "write all three numbers, without a v",
        }
      : { ok: true, value: text },
  'a release like "3.6.14"',
  { pattern: "^\\d+\\.\\d+\\.\\d+$" },
);

function sha256(architecture: "amd64" | "arm64") {
  return schemaOf(
    textLike(
      /^[0-9a-f]{64}$/,
      "64 lower-case hexadecimal digits",
      "copy it from the release's SHA256SUMS file",
    ),
    {
      description: `sha256 of etcd-v<release>-linux-${architecture}.tar.gz. Default: the pinned sum`,
    },
  ).optional();
}

const member = z.strictObject({
  name: schemaOf(memberName, { description: "ETCD_NAME of this member, unique in the cluster" }),
  address: schemaOf(ipv4Address, {
    description:
      "Private IPv4 address on AWS. Default: the subnet's 11th address, counted up for further members of the subnet",
  }).optional(),
});

const etcd = z.strictObject({
  source: schemaOf(oneOf(ETCD_SOURCES), {
    description:
      "Where members on AWS get the tarball: the cluster's bucket, into which the deploy brings it, or downloadBaseUrl itself",
    default: "bucket",
  }).optional(),
  release: schemaOf(release, {
    description:
      "Exact etcd release. Default: the newest pinned one (aws), any supported etcd at hand (local)",
  }).optional(),
  sha256: z
    .strictObject({ amd64: sha256("amd64"), arm64: sha256("arm64") })
    .meta({
      description:
        "sha256 of the release tarballs; needed for a release that is not pinned in this package, or a build of one's own",
    })
    .optional(),
  downloadBaseUrl: schemaOf(baseUrl, {
    description:
      "Where tarballs are fetched: <downloadBaseUrl>/v<release>/etcd-v<release>-linux-<architecture>.tar.gz",
    default: DEFAULT_DOWNLOAD_BASE_URL,
  }).optional(),
  initialClusterToken: schemaOf(memberName, {
    description: "Keeps members of different clusters apart. Default: the cluster's name",
  }).optional(),
  metricsPort: schemaOf(port, {
    description:
      "Port of each member's plain-HTTP /metrics and /health; on local it is counted up by portStep. Default: none",
  }).optional(),
  settings: settingsSchema
    .meta({ description: "etcd's own settings, the same on all members. Default: each setting's own" })
    .optional(),
});

const tlsFiles = z.strictObject({
  caFile: schemaOf(absolutePath("/etc/etcd/tls/ca.crt"), {
    description: "PEM file of the CA that signed the other side's certificate",
  }),
  certFile: schemaOf(absolutePath("/etc/etcd/tls/{member}.crt"), {
    description: "PEM certificate; {member} stands for the member's name",
  }),
  keyFile: schemaOf(absolutePath("/etc/etcd/tls/{member}.key"), {
    description: "PEM private key; {member} stands for the member's name",
  }),
});

const tls = z.strictObject({
  client: tlsFiles.meta({ description: "Client plane, on each member" }),
  peer: tlsFiles.meta({ description: "Peer plane, on each member" }),
  operator: tlsFiles.meta({ description: "What verify presents, on this machine" }),
});

const local = z.strictObject({
  address: schemaOf(ipv4Address, {
    description: "Loopback address of all members",
    default: DEFAULT_LOCAL.address,
  }).optional(),
  clientPort: schemaOf(port, {
    description: "Client port of the first member",
    default: DEFAULT_LOCAL.clientPort,
  }).optional(),
  peerPort: schemaOf(port, {
    description: "Peer port of the first member",
    default: DEFAULT_LOCAL.peerPort,
  }).optional(),
  portStep: schemaOf(integer({ min: 1, max: 10_000 }), {
    description: "Added to the ports of each further member",
    default: DEFAULT_LOCAL.portStep,
  }).optional(),
  etcdPath: schemaOf(absolutePath("/usr/local/bin/etcd"), {
    description:
      "An etcd binary to use. Default: looked for on PATH, in the cache, as the release, as the distribution's package",
  }).optional(),
});

/** The shape of a definition, and what each value may be on its own; `rules/` says what must fit together. */
export const definitionSchema = z
  .strictObject({
    name: schemaOf(
      textLike(
        /^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?$/,
        "lower-case letters, digits and hyphens, at most 32 characters, beginning with a letter and not ending with a hyphen",
      ),
      {
        description:
          "Name of the cluster: in AWS names and tags, in folder names, in the default initial cluster token",
      },
    ),
    target: schemaOf(oneOf(TARGETS), {
      description:
        "Where the members run. Default: aws for cdktf, local for the cdktf-etcd commands; --target and TARGET win",
    }).optional(),
    members: z
      .union([z.number().meta({ type: "integer", enum: MEMBER_COUNTS }), z.array(member)], {
        error: "must be 1, 3, 5 or 7, or a list of members",
      })
      .meta({
        description: "How many members (1, 3, 5 or 7), or each one by name",
        default: DEFAULT_MEMBER_COUNT,
      })
      .optional(),
    learners: z
      .array(schemaOf(memberName, { description: "Name of a learner" }))
      .meta({ description: "Learners that somebody adds by hand and that verify is to accept", default: [] })
      .optional(),
    etcd: etcd
      .meta({
        description:
          "Which etcd, and how it is told to run. Default: the newest pinned release, or the one at hand",
      })
      .optional(),
    tls: z
      .union([z.literal(false), tls], {
        error:
          "must be false (plain HTTP), your own files for client, peer and operator, or left out (certificates of cdktf-etcd pki)",
      })
      .meta({
        description:
          "false for plain HTTP, or certificates of your own that are on the machines already. Default: mutual TLS with the certificates that cdktf-etcd pki keeps in pki/<name>",
      })
      .optional(),
    local: local
      .meta({ description: "The cluster on this machine. Default: loopback, ports from 2379 on" })
      .optional(),
    aws: awsSchema.optional(),
  })
  .meta({
    title: "cdktf-etcd cluster definition",
    description: "One etcd cluster, from this file to a verified quorum",
  });

export type ParsedDefinition = z.output<typeof definitionSchema>;
