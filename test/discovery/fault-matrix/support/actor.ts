/**
 * A process that registers and discovers as it is told. It is what gets killed, frozen and terminated, and knows nothing of how it is
 * judged; it ends with its standard input.
 */
import { createInterface } from "node:readline";
import { ServiceRegistry, type Discovery, type Registration, type Snapshot } from "../../../../lib/discovery";
import { Churn } from "./churning";
import { now, type Order, type Told, type Where } from "./protocol";

type WithoutTime<T> = T extends unknown ? Omit<T, "at"> : never;

/** How often to look whether what a discovery shows is something else. */
const lookEveryMs = 50;

const registries = new Map<string, ServiceRegistry>();
const registrations = new Map<string, Registration>();
const discoveries = new Map<string, Discovery>();
const churns = new Map<string, Churn>();

function tell(told: WithoutTime<Told>): void {
  process.stdout.write(`${JSON.stringify({ at: now(), ...told })}\n`);
}

function named<T>(all: ReadonlyMap<string, T>, as: string): T {
  const found = all.get(as);
  if (found === undefined) throw new Error(`there is no ${as}`);
  return found;
}

/** A registry shuffles its members, so that not all programs ask the same one first; here it matters who that is. */
function open({ endpoints, tls, user }: Where, firstMember: number): ServiceRegistry {
  const { random } = Math;
  const draws = [(firstMember + 0.5) / endpoints.length];
  Math.random = () => draws.shift() ?? 0;
  try {
    return new ServiceRegistry({
      endpoints,
      user,
      tls: tls && {
        ca: Buffer.from(tls.ca),
        cert: Buffer.from(tls.cert),
        key: Buffer.from(tls.key),
      },
    });
  } finally {
    Math.random = random;
  }
}

function follow(as: string, registration: Registration): void {
  registration.on("state", ({ state, reason }) => tell({ as, what: "state", state, reason }));
  registration.on("written", ({ key, modRevision }) =>
    tell({ as, what: "written", key, revision: String(modRevision) }),
  );
  registration.on("problem", ({ message, detail }) =>
    tell({ as, what: "problem", message: `${message} (${detail})` }),
  );
}

function watch(as: string, discovery: Discovery): void {
  void readChanges(as, discovery);
  discovery.on("problem", ({ message, detail }) =>
    tell({ as, what: "problem", message: `${message} (${detail})` }),
  );
  discovery.on("invalid", ({ key, reason }) => tell({ as, what: "failed", message: `${key}: ${reason}` }));
  let shown = "";
  const look = ({ isStale, instances }: Snapshot): void => {
    const shows = { isStale, count: instances.length };
    if (JSON.stringify(shows) === shown) return;
    shown = JSON.stringify(shows);
    tell({ as, what: "shows", ...shows });
  };
  discovery.on("stale", look).on("fresh", look);
  const timer = setInterval(() => {
    if (discoveries.get(as) === discovery) look(discovery.snapshot);
    else clearInterval(timer);
  }, lookEveryMs);
}

async function readChanges(as: string, discovery: Discovery): Promise<void> {
  for await (const { type, instance, revision, isFromList } of discovery.changes()) {
    const { key, modRevision } = instance;
    const numbers = { revision: String(revision), modRevision: String(modRevision) };
    tell({ as, what: "change", type, key, isFromList, ...numbers });
  }
}

async function obey(order: Order): Promise<void> {
  const { as } = order;
  switch (order.do) {
    case "connect":
      registries.set(as, open(order.where, order.firstMember));
      break;
    case "register": {
      const endpoint = "http://127.0.0.1:1";
      const registration = named(registries, order.registry).register({ endpoint, ...order.registering });
      registrations.set(as, registration);
      follow(as, registration);
      const { modRevision } = await registration.ready();
      tell({ as, what: "ready", revision: String(modRevision) });
      break;
    }
    case "discover": {
      const discovery = named(registries, order.registry).discover(order.selection);
      discoveries.set(as, discovery);
      watch(as, discovery);
      const { revision } = await discovery.ready();
      tell({ as, what: "ready", revision: String(revision) });
      break;
    }
    case "update":
      await named(registrations, as).update({ metadata: order.metadata });
      tell({ as, what: "updated" });
      break;
    case "show": {
      const { instances, isStale } = named(discoveries, as).snapshot;
      const shown = instances.map(({ key, modRevision }) => `${key} ${modRevision}`);
      tell({ as, what: "shown", shown, isStale });
      break;
    }
    case "churn":
      churns.set(as, Churn.start(named(registries, order.registry), order));
      tell({ as, what: "ready", revision: "0" });
      break;
    case "close":
      for (const all of [registries, registrations, discoveries, churns]) {
        const closing = all.get(as);
        all.delete(as);
        await closing?.close();
      }
      tell({ as, what: "closed" });
      break;
  }
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const order = JSON.parse(line) as Order;
    obey(order).catch((error: unknown) => tell({ as: order.as, what: "failed", message: String(error) }));
  })
  // Whoever gave the orders is gone.
  .on("close", () => process.exit());
