import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** First port of the ranges that are handed out; below the kernel's own range, so that no connection takes one meanwhile. */
const [FIRST_PORT, LAST_PORT] = [20_200, 31_900] as const;

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
