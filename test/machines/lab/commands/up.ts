import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadCluster } from "../../../../lib/cli/definition-file";
import { ExternalError, UsageError } from "../../../../lib/errors";
import { untilAborted } from "../../../../lib/client";
import { startBackground } from "./background";
import { Connection } from "./connection";
import { ask, deathOf, note, type Context } from "./context";
import { takeDown } from "./down";
import type { LabStatus } from "./lab-status";
import type { Request } from "./protocol";
import { renderStatus } from "./status-table";

type UpRequest = Extract<Request, { readonly command: "up" }>;

export interface UpOptions {
  readonly release?: string | undefined;
  readonly foreground?: boolean | undefined;
}

/** How long a lab that goes down may take before another one is brought up. */
const GONE_WITHIN_MS = 180_000;
const LOOK_MS = 100;

/** Brings the lab up in a process of its own, unless it is up; returns when the cluster was verified. */
export async function up(file: string | undefined, options: UpOptions, context: Context): Promise<number> {
  const request = await requestFor(file, options);
  const connection = await begin(context);
  if (connection === undefined) return alreadyUp(request, context);
  const { signal } = context.interruption;
  try {
    // The connection stays until the lab is down: closed, it would begin that by itself, and nobody would hear what was ended.
    const status = await untilAborted(connection.ask(request, { onProgress: note }), signal);
    show(status);
    process.stdout.write(nextCommands(status));
    if (request.foreground) await stayAttached(connection, context);
    return status.verification?.isHealthy === true ? 0 : 1;
  } catch (error) {
    if (signal.aborted) note(await takeDown(context));
    throw error;
  } finally {
    connection.close();
  }
}

/** @throws {DefinitionError} or {UsageError}: a wrong definition is found before anything is started */
async function requestFor(file: string | undefined, { release, foreground }: UpOptions): Promise<UpRequest> {
  const common = {
    command: "up",
    foreground: foreground === true,
    ...(release === undefined ? {} : { release }),
  } as const;
  const etcd = release === undefined ? "" : ` with etcd ${release}`;
  if (file === undefined) return { ...common, source: `the lab's own definition${etcd}` };
  await loadCluster({ cluster: file, target: "aws" }, "aws");
  return { ...common, source: `${resolve(file)}${etcd}`, definition: readFileSync(file, "utf8") };
}

/** Gives a connection to a fresh process; undefined when there is a lab already. */
async function begin(context: Context): Promise<Connection | undefined> {
  const { folder, interruption, entry } = context;
  const { signal } = interruption;
  const until = Date.now() + GONE_WITHIN_MS;
  for (let hasWaited = false; ; hasWaited = true) {
    signal.throwIfAborted();
    const found = await Connection.open(folder);
    if (found !== undefined) {
      const { phase } = await found.ask({ command: "status" }, { signal }).finally(() => found.close());
      if (phase !== "going down") return undefined;
    } else if (await folder.isFree()) {
      const record = folder.readRecord();
      if (record !== undefined && !hasWaited) note(`there was a lab: ${deathOf(record, folder)}`);
      const started = await startBackground(folder, entry);
      if (started !== undefined) return started;
    }
    if (!hasWaited) note("waiting for the last lab to end");
    if (Date.now() > until)
      throw new ExternalError(`the last lab has not ended after ${GONE_WITHIN_MS / 1000} s`, {
        remedy: `its log is ${folder.logFile}`,
      });
    await sleep(LOOK_MS, undefined, { signal });
  }
}

async function alreadyUp(request: UpRequest, context: Context): Promise<number> {
  const status = await ask(context, { command: "status" });
  show(status);
  const isParticular = request.definition !== undefined || request.release !== undefined;
  if (isParticular && status.source !== request.source)
    throw new UsageError(`a lab is ${status.phase} already, made of ${status.source}`, {
      remedy: "npm run lab -- down first, to have another one",
    });
  if (status.phase === "up") return 0;
  throw new UsageError("another command is bringing the lab up", {
    remedy: "npm run lab -- status shows how far it is, npm run lab -- down ends it",
  });
}

/** Until Ctrl-C, or until somebody else takes the lab down. */
async function stayAttached(connection: Connection, context: Context): Promise<void> {
  const { signal } = context.interruption;
  note("the lab stays up until Ctrl-C");
  await connection.closed(signal).catch(() => undefined);
  note(signal.aborted ? await takeDown(context) : "the lab was taken down by another command");
}

function show(status: LabStatus): void {
  process.stdout.write(`${renderStatus(status)}\n`);
}

/** With names that are there. */
function nextCommands({ machines }: LabStatus): string {
  const first = machines.at(0)?.member ?? "etcd-0";
  const last = machines.at(-1)?.member ?? "etcd-0";
  const lines = [
    [`exec ${first} -- journalctl --unit etcd`, "what a member says"],
    [`power-off ${last} --cut`, "pull its plug, and look: status, verify"],
    [`power-on ${last}`, ""],
    [`cut ${first}`, "none of the others reaches it; cut --mend ends that"],
    ["--help", "what else there is"],
    ["down", "the end of all of it"],
  ] as const;
  const text = lines.map(([words, why]) => `  npm run lab -- ${words.padEnd(38)}${why}`.trimEnd());
  return ["", "Try next:", ...text, ""].join("\n");
}
