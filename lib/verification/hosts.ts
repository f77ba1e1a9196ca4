import { BlockList, isIP } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether only programs on the same machine reach it. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return /^localhost\.?$/i.test(host);
  return loopback.check(host, version === 6 ? "ipv6" : "ipv4");
}

/** Whether it means every address of a machine: one can listen there, but not connect from elsewhere. */
export function isUnspecified(host: string): boolean {
  return /^(?:0\.0\.0\.0|::|0:0:0:0:0:0:0:0)$/.test(host);
}
