/** The metadata service and S3's endpoint, in the namespace of whoever starts it. Ends with its standard input. */
import { createInterface } from "node:readline";
import { MetadataService } from "./metadata-service";
import type { Answer, Command } from "./protocol";
import { RequestLog } from "./request-log";
import { S3Endpoint } from "./s3-endpoint";

const log = new RequestLog();
const metadata = new MetadataService(log);
let s3: S3Endpoint | undefined;

async function answerTo(command: Command): Promise<Answer> {
  switch (command.kind) {
    case "start":
      s3 = new S3Endpoint(command.s3, log);
      await Promise.all([metadata.listen(), s3.change("open")]);
      return { ok: true };
    case "know":
      metadata.know(command.instances);
      return { ok: true };
    case "way to S3":
      await s3?.change(command.way);
      return { ok: true };
    case "requests":
      return { ok: true, requests: log.requests };
  }
}

async function main(): Promise<never> {
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = await answerTo(JSON.parse(line) as Command).catch((error: unknown): Answer => ({
      ok: false,
      message: String(error),
    }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit();
}

void main();
