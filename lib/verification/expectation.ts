/** One member as the definition wants it. */
export interface ExpectedMember {
  /** etcd's `--name`. */
  readonly name: string;
  /** Client endpoint at which this member is asked, e.g. `https://10.0.1.10:2379`. */
  readonly endpoint: string;
  /** Every peer URL that the member list must show for it, in any order. */
  readonly peerUrls: readonly string[];
}

/** What a cluster should be, as plain data: whoever knows the definition fills it in. */
export interface ClusterExpectation {
  /** Shown in the report. */
  readonly clusterName?: string | undefined;
  readonly members: readonly ExpectedMember[];
  /**
   * Release that every member must run, e.g. `3.5.16`.
   * @default - not pinned: all members must run the same release
   */
  readonly release?: string | undefined;
  /**
   * Names of the members that are meant to be learners.
   * @default - none
   */
  readonly learners?: readonly string[] | undefined;
}

/** One address to ask, and what to call whoever answers there. */
export interface Target {
  /** Member name from the expectation, or the endpoint when there is none. */
  readonly label: string;
  /** Normalised: scheme, host and port, no trailing slash. */
  readonly endpoint: string;
}
