/** Whatever an application wants to tell about itself: JSON, at best small. */
export type Metadata = Readonly<Record<string, unknown>>;

/** One running copy of a service, as it stands in etcd. */
export interface ServiceInstance<M = Metadata> {
  /** Name of the service, e.g. `user-srv/loginService`. */
  readonly service: string;
  /** Tells it apart from the others of its service. */
  readonly instance: string;
  /** Where to reach it, in whatever words its clients understand: `http://10.0.3.7:8080`, `10.0.3.7:8080`. */
  readonly endpoint: string;
  /** What a schema made of it; without one whatever JSON stands there, and `{}` for none. */
  readonly metadata: M;
  /** The key in etcd. */
  readonly key: string;
  /** Of the put that made it appear. */
  readonly createRevision: bigint;
  /** Of its last put: rises with every change. */
  readonly modRevision: bigint;
  /** Decimal; `0` for an entry that no lease ends. */
  readonly leaseId: string;
}
