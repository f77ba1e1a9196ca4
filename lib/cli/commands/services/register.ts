import type { Registration } from "../../../discovery";
import { ExternalError } from "../../../errors";
import { allOf } from "../../all-of";
import type { AskingOptions } from "../../asking";
import { EXIT } from "../../exit-codes";
import { layoutOf, type LayoutOptions } from "../../services/layout-options";
import { metadataOf } from "../../services/metadata-option";
import { tellOf, tellOfEnd } from "../../services/registration-lines";
import { RunningCommand } from "../../services/run-command";
import { ttlSecondsOf } from "../../services/ttl-option";
import { withRegistry } from "../../services/with-registry";

export interface RegisterCommandOptions extends AskingOptions, LayoutOptions {
  readonly endpoint: string;
  readonly instance?: string | undefined;
  readonly metadata?: readonly string[] | undefined;
  readonly ttl?: string | undefined;
  readonly retake?: boolean | undefined;
}

/**
 * Keeps a service registered until Ctrl-C, or for as long as a program of the user's runs.
 *
 * @param command the program and its arguments; empty: none
 * @returns what the program exits with
 */
export async function register(
  service: string,
  command: readonly string[],
  options: RegisterCommandOptions,
  signal: AbortSignal,
): Promise<number> {
  const { layout, metadata, ttlSeconds } = allOf({
    layout: () => layoutOf(options),
    metadata: () => metadataOf(options.metadata ?? []),
    ttlSeconds: () => ttlSecondsOf(options.ttl),
  });
  return withRegistry(options, layout, signal, (registry) => {
    const registration = registry.register({
      service,
      instance: options.instance,
      endpoint: options.endpoint,
      metadata,
      ttlSeconds,
      onReplaced: options.retake === true ? "retake" : "yield",
      // Ours are heard already.
      withdrawOn: [],
    });
    tellOf(registration);
    return command.length === 0 ? stay(registration, signal) : alongside(command, registration, signal);
  });
}

/** Until Ctrl-C, which is how it ends well once it was registered. */
async function stay(registration: Registration, signal: AbortSignal): Promise<number> {
  await registration.ready({ signal }).catch((error: unknown) => {
    throw registration.state === "replaced" ? replaced(registration) : error;
  });
  await new Promise<void>((resolve, reject) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
    registration.on("state", ({ state }) => {
      if (state === "replaced") reject(replaced(registration));
    });
    if (registration.state === "replaced") reject(replaced(registration));
  });
  const end = await registration.close();
  tellOfEnd(end);
  return end.isConfirmed ? EXIT.ok : EXIT.external;
}

function replaced({ key }: Registration): ExternalError {
  return new ExternalError(`another process has registered as ${key}`, {
    remedy: "Give each an --instance of its own, or --retake to have the name in any case.",
  });
}

/** Withdrawn as soon as it is told to end, so that nobody is sent to it while it does. */
async function alongside(
  command: readonly string[],
  registration: Registration,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  let withdrawal: Promise<void> | undefined;
  const withdraw = (): Promise<void> => (withdrawal ??= registration.close().then(tellOfEnd));
  const running = await RunningCommand.start(command, () => void withdraw());
  const code = await running.exit;
  await withdraw();
  return code;
}
