import * as z from "zod";
import { TARGETS, type Cluster } from "./cluster";

/**
 * What a stack tells the CLI: the contract between `cdktf deploy` and the commands that come after it, as the Terraform output
 * `etcd_cluster`. Written and read by this module alone; a change that an older reader would misunderstand gets a new number.
 */
const outputsSchema = z.object({
  schemaVersion: z.literal(2),
  name: z.string(),
  target: z.enum(TARGETS),
  /** Absent when the definition leaves the release open. */
  release: z.string().optional(),
  members: z.array(
    z.object({
      name: z.string(),
      peerUrl: z.string(),
      /** The member's client URL. */
      endpoint: z.string(),
      address: z.string(),
      /** Absent on the local target. */
      aws: z
        .object({
          instanceId: z.string(),
          networkInterfaceId: z.string(),
          dataVolumeId: z.string(),
          availabilityZone: z.string(),
        })
        .optional(),
    }),
  ),
  learners: z.array(z.string()),
  /** PEM files on the operator's machine, relative to the project's folder unless absolute; absent means plain HTTP. */
  tls: z.object({ caFile: z.string(), certFile: z.string(), keyFile: z.string() }).optional(),
  /** Absent on the local target. */
  aws: z
    .object({ region: z.string(), vpcId: z.string(), securityGroupId: z.string(), bucket: z.string() })
    .optional(),
});

type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

export type ClusterOutputs = Immutable<z.infer<typeof outputsSchema>>;
export type MemberOutput = ClusterOutputs["members"][number];

/** What only Terraform knows of a cluster on AWS. */
export interface AwsOutputs extends NonNullable<ClusterOutputs["aws"]> {
  /** By member name. */
  readonly members: ReadonlyMap<string, NonNullable<MemberOutput["aws"]>>;
}

/** Name of the Terraform output. */
export const CLUSTER_OUTPUT = "etcd_cluster";

export function outputsOf(cluster: Cluster, aws?: AwsOutputs): ClusterOutputs {
  return {
    schemaVersion: 2,
    name: cluster.name,
    target: cluster.target,
    ...(cluster.etcd.release === undefined ? {} : { release: cluster.etcd.release }),
    members: cluster.members.map(({ name, peerUrl, clientUrl, address }) => {
      const ofAws = aws?.members.get(name);
      return { name, peerUrl, endpoint: clientUrl, address, ...(ofAws === undefined ? {} : { aws: ofAws }) };
    }),
    learners: cluster.learners,
    ...(cluster.tls === undefined ? {} : { tls: cluster.tls.operator }),
    ...(aws === undefined
      ? {}
      : {
          aws: {
            region: aws.region,
            vpcId: aws.vpcId,
            securityGroupId: aws.securityGroupId,
            bucket: aws.bucket,
          },
        }),
  };
}

/** The outputs in a stack's state, or undefined when this version cannot read them. */
export function parseOutputs(value: unknown): ClusterOutputs | undefined {
  const parsed = outputsSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
