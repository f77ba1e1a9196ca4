/** Registers, says so, and stays: registering-program.ts ENDPOINTS stay|stay-on-sigterm|close */
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
  await registration.ready();
  if (then === "stay-on-sigterm") setInterval(() => undefined, 1000);
  if (then !== "close") return;
  await registration.close();
  members.close();
}

void main(process.argv.slice(2));
