/** Makes a namespace, prints the process that holds it, and stays: for the test that kills it. */
import { NetworkNamespace } from "./network-namespace";

void NetworkNamespace.create().then(({ initPid }) => {
  console.log(initPid);
  setInterval(() => undefined, 60_000);
});
