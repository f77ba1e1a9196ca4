/** What comes with every answer, as etcd3 hands it out: 64-bit numbers are text. */
export interface RawHeader {
  readonly cluster_id: string;
  readonly member_id: string;
  readonly revision: string;
  readonly raft_term: string;
}
