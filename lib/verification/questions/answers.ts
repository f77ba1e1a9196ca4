/** What a member says about itself. IDs are hexadecimal, as etcdctl prints them. */
export interface MemberStatus {
  readonly clusterId: string;
  readonly memberId: string;
  /** `undefined` while the member knows of no leader. */
  readonly leaderId: string | undefined;
  readonly isLeader: boolean;
  readonly isLearner: boolean;
  readonly version: string;
  readonly dbSizeBytes: number;
  readonly dbSizeInUseBytes: number;
  readonly raftTerm: bigint;
  readonly raftIndex: bigint;
  readonly raftAppliedIndex: bigint;
  readonly revision: bigint;
  /** Alarms that this member knows of, whoever raised them. */
  readonly alarms: readonly Alarm[];
  /** etcd's own words, e.g. `etcdserver: no leader`; alarms are among them too. */
  readonly errors: readonly string[];
}

export interface Alarm {
  readonly memberId: string;
  /** `NOSPACE` or `CORRUPT`, as etcdctl spells them. */
  readonly type: string;
}

/** One row of `etcdctl member list`. */
export interface ListedMember {
  readonly id: string;
  /** Empty until the member has started for the first time. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}
