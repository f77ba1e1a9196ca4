import { randomBytes } from "node:crypto";
import { hostname } from "node:os";

/** Host and process id for people; the random part as process ids of containers are all alike, and names of hosts often. */
export function newInstanceName(): string {
  return `${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`;
}
