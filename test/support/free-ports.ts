import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** What is handed out; below the kernel's own range, so that no connection and no server that takes any port gets one meanwhile. */
const [FIRST_PORT, LAST_PORT] = [20_200, 31_900] as const;

/** Ports on which nobody listens, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

/** The first of `count` ports in a row on which nobody listens. */
export async function freePortRange(count: number): Promise<number> {
  for (;;) {
    const first = randomInt(FIRST_PORT, LAST_PORT - count);
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
}

/** Whether nobody listens there. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port }, () => server.close(() => resolve(true)));
  });
}
