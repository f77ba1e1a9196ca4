/** Registers and discovers, and closes when the first attempt has failed: closing-program.ts ENDPOINTS CA CERTIFICATE KEY */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { ServiceRegistry } from "../../lib/discovery";

async function main([endpoints = "", ...files]: readonly string[]): Promise<void> {
  const [ca, cert, key] = files.map((file) => readFileSync(file));
  const registry = new ServiceRegistry({ endpoints: endpoints.split(","), tls: { ca, cert, key } });
  registry.discover("s");
  await once(registry.register({ service: "s", endpoint: "x" }), "problem");
  await registry.close();
  console.log("closed");
}

void main(process.argv.slice(2));
