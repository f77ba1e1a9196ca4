/** Asks for a greeting four times a second, whoever is there to greet; README.md beside this file says how to run it. */
import { setTimeout as sleep } from "node:timers/promises";
import { healthAware, type Discovery, type Picker } from "cdktf-etcd/discovery";
import { openRegistry } from "../greeting-service/open-registry";

/** One that is frozen takes a request and never answers; one that was killed refuses at once, and is listed until its TTL is over. */
const ANSWER_TIMEOUT_MS = 2000;

async function main(): Promise<void> {
  const greeters = openRegistry().discover("greeting");
  greeters.on("change", ({ type, instance }) => console.log(type, instance.endpoint));
  greeters.on("stale", () => console.log("etcd does not answer; going on with those known last"));
  greeters.on("problem", ({ message }) => console.error(`etcd: ${message}`));
  await greeters.ready();

  // One failure is enough to leave an instance out for a while: there are others, and each pick is of another one.
  const picker = healthAware({ failures: 1 });
  for (;;) {
    console.log((await greeting(greeters, picker)) ?? "nobody greets");
    await sleep(250);
  }
}

/** From any of them that answers. To ask for a greeting twice does no harm: what does must not be tried again like this. */
async function greeting(greeters: Discovery, picker: Picker): Promise<string | undefined> {
  for (let tries = greeters.snapshot.instances.length; tries > 0; tries--) {
    // Of those that are there by now: some may have come or gone since the last try.
    const greeter = picker.pick(greeters.snapshot.instances);
    if (greeter === undefined) return undefined;
    try {
      const response = await fetch(greeter.endpoint, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
      if (!response.ok) throw new Error(`${greeter.endpoint} answers ${response.status}`);
      const text = await response.text();
      picker.report(greeter, "succeeded");
      return text;
    } catch {
      picker.report(greeter, "failed");
    }
  }
  return undefined;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
