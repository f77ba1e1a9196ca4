import { Members, type UserCredentials, type WatchEvent } from "../../../lib/client";
import { UsageError } from "../../../lib/errors";
import type { Layout } from "../../../lib/discovery/layouts/layout";
import type {
  RegisterOptions,
  RegistrationEvents,
  RegistrationState,
} from "../../../lib/discovery/registration/options";
import { Registration } from "../../../lib/discovery/registration/registration";
import { defaultTiming } from "../../../lib/discovery/timing";
import type { World } from "../../../lib/discovery/world";
import type { RawCluster } from "../../support/raw-cluster";

/** The plainest there is: how keys look is not the question here. */
export const plainLayout: Layout = {
  name: "plain",
  prefixOf: (service) => `/micro/${service === undefined ? "" : `${service}/`}`,
  keyOf: (service, instance) => {
    if (service === "") throw new UsageError("service is empty");
    return `/micro/${service}/${instance}`;
  },
  parseKey: () => undefined,
  encode: ({ endpoint, metadata }) => JSON.stringify({ endpoint, metadata }),
  decode: (value) => JSON.parse(value) as ReturnType<Layout["decode"]>,
};

/** What a registration has told of itself. */
export interface Told {
  readonly states: RegistrationState[];
  readonly reasons: string[];
  readonly problems: string[];
  /** For how long it was not there, each time that it had to be put back. */
  readonly gapsMs: number[];
}

/** Registrations in a cluster, and what etcd says of them. */
export class RegistrationLab {
  readonly world: World;
  private readonly open = new Set<Registration>();

  constructor(
    private readonly cluster: RawCluster,
    options: { readonly user?: UserCredentials } = {},
  ) {
    const { endpoints, tls } = cluster;
    const { callTimeoutMs } = defaultTiming;
    const members = Members.open({ endpoints, tls, callTimeoutMs, ...options });
    this.world = { members, layout: plainLayout, timing: defaultTiming };
  }

  register(options: Partial<RegisterOptions> = {}): { registration: Registration; told: Told } {
    const registration = Registration.start(this.world, {
      service: "user-srv/loginService",
      endpoint: "10.0.3.7:8080",
      ttlSeconds: 5,
      ...options,
    });
    this.open.add(registration);
    const told: Told = { states: [], reasons: [], problems: [], gapsMs: [] };
    let lostAt = 0;
    registration.on("state", ({ state, previous, reason }: RegistrationEvents["state"][0]) => {
      if (state === "recovering") lostAt = performance.now();
      else if (previous === "recovering") told.gapsMs.push(performance.now() - lostAt);
      told.states.push(state);
      if (reason !== undefined) told.reasons.push(reason);
    });
    registration.on("problem", ({ message }) => told.problems.push(message));
    return { registration, told };
  }

  /** As it stands in etcd, by etcdctl; `undefined` if there is no such key. */
  async entry(key: string): Promise<{ value: string; leaseId: string } | undefined> {
    // IDs of leases are larger than what JSON.parse keeps of a number.
    const text = (await this.cluster.etcdctl(["get", key, "-w", "json"])).replace(/:(\d{16,})/g, ':"$1"');
    const [kv] = (JSON.parse(text) as { kvs?: { value: string; lease?: string }[] }).kvs ?? [];
    return kv && { value: Buffer.from(kv.value, "base64").toString(), leaseId: String(kv.lease ?? 0) };
  }

  /** All that has happened to a key since a revision, as etcd keeps it; needs a member that is well. */
  async historyOf(key: string, sinceRevision: bigint): Promise<WatchEvent[]> {
    const asked = await this.world.members.hedged(
      (each) => each.call((etcd, options) => etcd.kv.range({ key: Buffer.from(key) }, options)),
      { hedgeAfterMs: 300 },
    );
    const until = BigInt(asked.value.header.revision);
    const events: WatchEvent[] = [];
    let note = (_: WatchEvent[]): void => undefined;
    const watch = await asked.member.watch({
      reply: (reply) => note([...reply.events]),
      ended: () => undefined,
    });
    // The last event of the key is known from the key itself, or it is deleted, which is an event too.
    await new Promise<void>((resolve) => {
      const last = BigInt(asked.value.kvs[0]?.mod_revision ?? 0);
      note = (more) => {
        events.push(...more);
        const seen = events.at(-1);
        if (seen !== undefined && (last > 0n ? seen.kv.modRevision >= last : seen.type === "delete"))
          resolve();
      };
      watch.create({ key: Buffer.from(key), watchId: 1, startRevision: sinceRevision });
    });
    watch.close();
    return events.filter(({ kv }) => kv.modRevision <= until);
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.open, (registration) => registration.close()));
    this.world.members.close();
  }
}

/** As etcdctl takes IDs of leases. */
export function hexOf(leaseId: string): string {
  return BigInt(leaseId).toString(16);
}
