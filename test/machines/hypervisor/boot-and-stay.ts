/** Boots a machine with a volume, prints the process that holds its world, and stays: for the test that kills it. */
import { NetworkNamespace } from "../../aws/support/network-namespace";
import { rootFileSystem } from "../image/root-file-system";
import { DataVolume } from "./data-volume";
import { Machine } from "./machine";
import { World } from "./world";

void bootAndStay();

async function bootAndStay(): Promise<void> {
  const world = await World.create(await NetworkNamespace.create());
  const options = {
    world,
    name: "etcd-0",
    address: "10.40.0.10",
    rootFileSystem: await rootFileSystem(),
    prepareRoot: () => Promise.resolve(),
    plugIn: () => Promise.resolve(),
  };
  const machine = new Machine(options, "i-0");
  await machine.attach(new DataVolume(world, "vol-0", 1));
  await machine.powerOn();
  console.log(world.namespace.initPid);
  setInterval(() => undefined, 60_000);
}
