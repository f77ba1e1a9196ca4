/** Registers, says so, and stays: registering-program.ts ENDPOINTS stay|stay-on-sigterm|stay-with-child|wait-for-another|close */
import { Members } from "../../../lib/client";
import { Registration } from "../../../lib/discovery/registration/registration";
import { defaultTiming } from "../../../lib/discovery/timing";
import { plainLayout } from "./registration-lab";

async function main([endpoints = "", then = ""]: readonly string[]): Promise<void> {
  const timing = defaultTiming;
  const members = Members.open({ endpoints: endpoints.split(","), ...timing });
  const registration = Registration.start(
    { members, layout: plainLayout, timing },
    { service: "program", endpoint: "here", ttlSeconds: 5 },
  );
  registration.on("state", ({ state }) => console.log(`${state} ${registration.key}`));
  if (then === "stay-on-sigterm") process.once("SIGTERM", () => console.log("heard"));
  // It has its children end with it, for which it listens to signals.
  if (then === "stay-with-child") void (await import("execa")).execa("cat");
  await registration.ready();
  if (then === "stay-on-sigterm") setInterval(() => undefined, 1000);
  if (then === "wait-for-another") await another();
  if (then !== "close") return;
  await registration.close();
  members.close();
}

/** Nobody answers, and nobody catches what this throws. */
async function another(): Promise<void> {
  const members = Members.open({ endpoints: ["http://127.0.0.1:1"], ...defaultTiming });
  const world = { members, layout: plainLayout, timing: defaultTiming };
  await Registration.start(world, { service: "program", endpoint: "here" }).ready();
}

void main(process.argv.slice(2));
