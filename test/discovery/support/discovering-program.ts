/** Registers and follows, until a line comes; then withdraws, and closes: discovering-program.ts ENDPOINTS SERVICE */
import { once } from "node:events";
import { ServiceRegistry } from "../../../lib/discovery";

async function main([endpoints = "", service = ""]: readonly string[]): Promise<void> {
  const registry = new ServiceRegistry({ endpoints: endpoints.split(",") });
  const registration = registry.register({ service, instance: "1", endpoint: "http://x" });
  const discovery = registry.discover(service);
  for await (const { type, instance } of discovery.changes()) {
    console.log(`${type} ${instance.instance}`);
    if (type === "removed") break;
    await once(process.stdin, "data");
    await registration.close();
  }
  await registry.close();
  console.log("closed");
}

void main(process.argv.slice(2));
