/**
 * Asks each endpoint for /health, again and again, and prints a line of JSON whenever an answer is another than before. Takes
 * {@link HealthQuestion} as JSON in the first argument; ends with its standard input.
 *
 * Not etcd3 but HTTPS alone: what is measured is the member, not a client's way of coming back.
 */
import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { HealthAnswer, HealthQuestion } from "./health-watch";

const PAUSE_MS = 100;
/** etcd answers when a read went through its quorum, or gives up after 1 s and its election timeout at most. */
const TIMEOUT_MS = 1000;

const { endpoints, tls } = JSON.parse(process.argv[2] ?? "") as HealthQuestion;
const files = {
  ca: readFileSync(tls.caFile),
  cert: readFileSync(tls.certFile),
  key: readFileSync(tls.keyFile),
};

process.stdin.resume().on("end", () => process.exit());
for (const endpoint of endpoints) void watch(endpoint);

async function watch(endpoint: string): Promise<never> {
  let last: string | undefined;
  for (;;) {
    const answer = await ask(endpoint);
    if (answer !== last) {
      const line: HealthAnswer = { endpoint, isHealthy: answer === "", reason: answer, atMs: Date.now() };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    }
    last = answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Empty when it is healthy, else why not. */
function ask(endpoint: string): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(`${endpoint}/health`, { ...files, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve(reasonIn(text)));
      response.on("error", ({ message }) => resolve(message));
    });
    const timer = setTimeout(() => sent.destroy(new Error("no answer in time")), TIMEOUT_MS);
    sent.on("close", () => clearTimeout(timer));
    sent.on("error", ({ message }) => resolve(message));
    sent.end();
  });
}

/** `{"health":"true","reason":""}` */
function reasonIn(text: string): string {
  try {
    const { health, reason } = JSON.parse(text) as { health: string; reason?: string };
    return health === "true" ? "" : (reason ?? "unhealthy");
  } catch {
    return `not the expected answer: ${text.slice(0, 100)}`;
  }
}
