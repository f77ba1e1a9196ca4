/** One member as the definition wants it. */
export interface ExpectedMember {
  /** etcd's `--name`. */
  readonly name: string;
  /** Client endpoint at which this member is asked, e.g. `https://10.0.1.10:2379`. */
  readonly endpoint: string;
  /** Every peer URL that the member list must show for it, in any order. */
  readonly peerUrls: readonly string[];
  /**
   * Every client URL that the member list must show for it, in any order.
   * @default - not compared
   */
  readonly clientUrls?: readonly string[] | undefined;
}

/** What a cluster should be, as plain data: whoever knows the definition fills it in. */
export interface ClusterExpectation {
  /** Shown in the report. */
  readonly clusterName?: string | undefined;
  readonly members: readonly ExpectedMember[];
  /**
   * Release that every member must run, e.g. `3.5.16`.
   * @default - not pinned: members of different releases are warned of
   */
  readonly release?: string | undefined;
  /**
   * Names of the members that are meant to be learners.
   * @default - none
   */
  readonly learners?: readonly string[] | undefined;
  /**
   * What the definition says now, where that is known apart from what was deployed: the two differ when somebody edited it since.
   * @default - not compared
   */
  readonly defined?: DefinedCluster | undefined;
  /** @default 100, as etcd's */
  readonly heartbeatIntervalMs?: number | undefined;
  /** @default 1000, as etcd's */
  readonly electionTimeoutMs?: number | undefined;
}

/** The part of a definition that a deployed cluster must agree with. */
export interface DefinedCluster {
  /** Where it stands, for people, e.g. `cluster.yaml`. */
  readonly source: string;
  readonly members: readonly Pick<ExpectedMember, "name" | "endpoint" | "peerUrls">[];
  readonly release?: string | undefined;
  /**
   * Names of the members that are meant to be learners.
   * @default - none
   */
  readonly learners?: readonly string[] | undefined;
}
