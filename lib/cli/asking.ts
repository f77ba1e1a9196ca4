import { ExternalError, UsageError } from "../errors";
import type { AskOptions } from "../verification";
import { durationMs } from "./duration";
import { oneOf } from "./one-of";
import { etcdctlVariables, type EtcdctlVariables } from "./reach/etcdctl-variables";
import { whomToAsk, type Whom, type WhomOptions } from "./reach/whom";

/** Options of every command that asks endpoints. */
export interface AskingOptions extends WhomOptions {
  readonly callTimeout?: string | undefined;
  /** As a step inside a deploy, where nothing counts that a user's shell has for etcdctl. */
  readonly postDeploy?: boolean | undefined;
}

/** Longer is a slip of the pen. */
const LONGEST_CALL_MS = 60 * 60 * 1000;

/** Ways to the members other than this machine's own network. */
const WAYS = ["ssm"] as const;

/**
 * Finds out whom to ask and opens the way there, hands both to `use`, and closes it whatever happens.
 *
 * @throws {UsageError} for options that are no durations or readable files, or contradict each other
 * @throws {ExternalError} when nothing is deployed, its certificates cannot be read, or there is no way to it
 */
export async function asking<T>(
  options: AskingOptions,
  signal: AbortSignal,
  use: (ask: AskOptions) => Promise<T>,
): Promise<T> {
  if (options.via !== undefined) oneOf("--via", options.via, WAYS);
  const variables = etcdctlVariables(options.postDeploy === true ? {} : process.env);
  const callTimeoutMs = callTimeoutOf(options, variables);
  const whom = await whomToAsk(options, variables);
  if (whom.notice !== undefined) process.stderr.write(`${whom.notice}\n`);
  const { cluster, tls, user, privateNetwork } = whom;
  const ask: AskOptions = { ...cluster, tls, user, privateNetwork, callTimeoutMs, signal };
  return options.via === undefined ? use(ask) : throughTunnels(whom, ask, signal, use);
}

async function throughTunnels<T>(
  whom: Whom,
  ask: AskOptions,
  signal: AbortSignal,
  use: (ask: AskOptions) => Promise<T>,
): Promise<T> {
  const { members, region } = instancesOf(whom);
  const { SsmTunnels } = await import("./reach/ssm-tunnels.js");
  process.stderr.write(
    `opening ${members.length === 1 ? "a tunnel" : `${members.length} tunnels`} through AWS Session Manager\n`,
  );
  const tunnels = await SsmTunnels.open(members, { region, signal });
  try {
    return await use({ ...ask, connectTo: tunnels.connectTo, noWay: tunnels.noWay });
  } finally {
    await tunnels.close();
  }
}

function instancesOf({ outputs }: Whom): {
  members: { endpoint: string; instanceId: string }[];
  region: string;
} {
  if (outputs?.aws === undefined)
    throw new UsageError(
      "--via ssm leads to instances on AWS, and what is deployed here runs on this machine",
      {
        remedy: "Leave out --via, or give --target aws.",
      },
    );
  const members = outputs.members.flatMap(({ endpoint, aws }) =>
    aws === undefined ? [] : [{ endpoint, instanceId: aws.instanceId }],
  );
  if (members.length < outputs.members.length)
    throw new ExternalError("the outputs of the deploy do not name the instance of every member", {
      remedy: "Deploy again with this version.",
    });
  return { members, region: outputs.aws.region };
}

function callTimeoutOf(
  { callTimeout }: AskingOptions,
  { commandTimeout }: EtcdctlVariables,
): number | undefined {
  if (callTimeout !== undefined) return timeOf("--call-timeout", callTimeout);
  return commandTimeout === undefined ? undefined : timeOf("ETCDCTL_COMMAND_TIMEOUT", commandTimeout);
}

/** Nobody answers within no time, and Node's timers take what is very long for that. */
function timeOf(option: string, text: string): number {
  const ms = durationMs(option, text);
  if (ms > 0 && ms <= LONGEST_CALL_MS) return ms;
  throw new UsageError(`${option} must be longer than 0, and 1h at most, got "${text}"`);
}
