/** Starts the services, says so, and stays: for the test that kills it. */
import { Emulator } from "../../../aws/support/emulator";
import { NetworkNamespace } from "../../../aws/support/network-namespace";
import { Ec2Services } from "../ec2-services";

async function main(): Promise<void> {
  const namespace = await NetworkNamespace.create();
  await Ec2Services.start(namespace, await Emulator.start(namespace, "eu-west-1"));
  console.log("started");
  setInterval(() => undefined, 60_000);
}

void main();
