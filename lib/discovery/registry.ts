import { Members, type Address, type TlsOptions, type UserCredentials } from "../client";
import { UsageError } from "../errors";
import { AllMistakes } from "./all-mistakes";
import type { Layout } from "./layouts/layout";
import { microLayout } from "./layouts/micro";
import type { RegisterOptions } from "./registration/options";
import { Registration } from "./registration/registration";
import type { Metadata } from "./service-instance";
import { defaultTiming, timingOf, type Timing } from "./timing";
import type { DiscoverOptions, Selection, Snapshot } from "./watching/changes";
import { Discovery } from "./watching/discovery";
import { listOnce } from "./watching/list-once";
import { WatchHub } from "./watching/watch-hub";
import type { World } from "./world";

export interface RegistryOptions {
  /** Client URLs of all members, e.g. `https://10.0.1.10:2379`: the more of them are given, the more may fail. */
  readonly endpoints: readonly string[];
  /** For `https://` endpoints. @default - the CAs that Node trusts, and no certificate of our own */
  readonly tls?: TlsOptions | undefined;
  /** Where authentication is enabled. @default - none */
  readonly user?: UserCredentials | undefined;
  /** Where to connect to for an endpoint, e.g. the local end of a tunnel. @default - the endpoint's own host and port */
  readonly connectTo?: ((endpoint: string) => Address | undefined) | undefined;
  /** Keys and values. @default microLayout() */
  readonly layout?: Layout | undefined;
  /** @default defaultTiming */
  readonly timing?: Partial<Timing> | undefined;
}

/**
 * Services in one etcd cluster: an application opens one, and closes it at its end.
 *
 * While something is registered or being discovered it keeps the process alive; after `close()` the process can end by itself.
 */
export class ServiceRegistry {
  private readonly world: World;
  private readonly hub: WatchHub;
  private readonly registrations = new Set<{ close(): Promise<unknown> }>();
  private isClosed = false;

  /**
   * Connects nowhere yet: the first registration or discovery does.
   *
   * @throws UsageError naming all that is wrong with the endpoints, certificates and times
   */
  constructor({ layout = microLayout(), timing: given = {}, ...options }: RegistryOptions) {
    const mistakes = new AllMistakes();
    const timing = mistakes.in(() => timingOf(given)) ?? defaultTiming;
    const members = mistakes.in(() => Members.open({ ...options, callTimeoutMs: timing.callTimeoutMs }));
    // All of them have the same certificates.
    const secured = members?.all.find(({ target }) => target.endpoint.startsWith("https:"));
    mistakes.in(() => secured?.prepare());
    mistakes.demandNone();
    this.world = { members: members!, layout, timing };
    this.hub = new WatchHub(this.world);
  }

  /**
   * Lists a running copy of a service, from as soon as a member takes it until it is closed.
   *
   * @throws UsageError naming all mistakes in the options
   */
  register<M extends object = Metadata>(options: RegisterOptions<M>): Registration<M> {
    this.demandOpen();
    const registration = Registration.start<M>(this.world, options, () =>
      this.registrations.delete(registration),
    );
    this.registrations.add(registration);
    return registration;
  }

  /**
   * Follows services for as long as it is not closed. Begins at once, and goes on whatever becomes of the members.
   *
   * @throws UsageError for names that are none
   */
  discover<M extends object = Metadata>(
    selection: Selection,
    options: DiscoverOptions<M> = {},
  ): Discovery<M> {
    this.demandOpen();
    return new Discovery<M>(this.hub, this.world.layout, selection, options);
  }

  /**
   * What is registered now, asked once. Entries that cannot be read are left out.
   *
   * @throws UsageError for names that are none
   * @throws EndpointProblem if no member could answer
   */
  async list<M extends object = Metadata>(
    selection: Selection,
    options: DiscoverOptions<M> = {},
  ): Promise<Snapshot<M>> {
    this.demandOpen();
    return listOnce<M>(this.world, selection, options);
  }

  /** Withdraws all registrations, ends all discoveries, and closes the connections. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([this.hub.close(), ...Array.from(this.registrations, (each) => each.close())]);
    this.world.members.close();
  }

  private demandOpen(): void {
    if (this.isClosed)
      throw new UsageError("the registry is closed", { remedy: "Make a new one, or close it later." });
  }
}
