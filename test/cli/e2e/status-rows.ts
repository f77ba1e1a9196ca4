/** One endpoint's status in the same shape, from us and from etcdctl. */
import type { CliProject } from "../../support/cli";

interface StatusJson {
  readonly endpoints: readonly {
    readonly endpoint: string;
    readonly member: string;
    readonly status: null | {
      readonly clusterId: string;
      readonly memberId: string;
      readonly leaderId: string;
      readonly isLeader: boolean;
      readonly isLearner: boolean;
      readonly version: string;
      readonly dbSizeBytes: number;
      readonly dbSizeInUseBytes: number;
      readonly raftTerm: string;
      readonly raftIndex: string;
      readonly raftAppliedIndex: string;
      readonly revision: string;
      readonly errors: readonly string[];
    };
  }[];
}

export interface Row {
  readonly endpoint: string;
  readonly memberId: string;
  readonly clusterId: string;
  readonly leaderId: string;
  readonly version: string;
  readonly dbSize: number;
  readonly dbSizeInUse: number;
  readonly isLeader: boolean;
  readonly isLearner: boolean;
  readonly raftTerm: string;
  readonly raftIndex: string;
  readonly raftAppliedIndex: string;
  readonly revision: string;
  readonly errors: readonly string[];
}

/** What `status --output json` says. */
export async function statusRows(project: CliProject): Promise<Row[]> {
  const { stdout } = await project.run(["status", "--output", "json"]);
  const { endpoints } = JSON.parse(stdout) as StatusJson;
  return endpoints.map(({ endpoint, status }) => {
    if (status === null) throw new Error(`${endpoint} gave no status`);
    const {
      memberId,
      clusterId,
      leaderId,
      version,
      isLeader,
      isLearner,
      raftTerm,
      raftIndex,
      raftAppliedIndex,
      revision,
      errors,
    } = status;
    const [dbSize, dbSizeInUse] = [status.dbSizeBytes, status.dbSizeInUseBytes];
    return {
      endpoint,
      memberId,
      clusterId,
      leaderId,
      version,
      dbSize,
      dbSizeInUse,
      isLeader,
      isLearner,
      raftTerm,
      raftIndex,
      raftAppliedIndex,
      revision,
      errors,
    };
  });
}

/** What `etcdctl endpoint status` says; its 64-bit IDs are bare numbers, which JSON.parse would round. */
export async function etcdctlRows(project: CliProject): Promise<Row[]> {
  const { stdout } = await project.etcdctl(["endpoint", "status", "-w", "json"]);
  const rows = JSON.parse(stdout.replaceAll(/:(\d{16,})/g, ':"$1"')) as EtcdctlRow[];
  const hex = (id: string | number): string => BigInt(id).toString(16);
  return rows.map(({ Endpoint: endpoint, Status: { header, ...status } }) => ({
    endpoint,
    memberId: hex(header.member_id),
    clusterId: hex(header.cluster_id),
    leaderId: hex(status.leader),
    version: status.version,
    dbSize: status.dbSize,
    dbSizeInUse: status.dbSizeInUse,
    isLeader: status.leader === header.member_id,
    isLearner: status.isLearner ?? false,
    raftTerm: String(status.raftTerm),
    raftIndex: String(status.raftIndex),
    raftAppliedIndex: String(status.raftAppliedIndex),
    revision: String(header.revision),
    errors: status.errors ?? [],
  }));
}

interface EtcdctlRow {
  readonly Endpoint: string;
  readonly Status: {
    readonly header: { readonly cluster_id: string; readonly member_id: string; readonly revision: number };
    readonly leader: string;
    readonly version: string;
    readonly dbSize: number;
    readonly dbSizeInUse: number;
    readonly isLearner?: boolean;
    readonly raftTerm: number;
    readonly raftIndex: number;
    readonly raftAppliedIndex: number;
    readonly errors?: readonly string[];
  };
}
