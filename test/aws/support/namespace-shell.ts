import { runProgram } from "../../../lib/local/run-program";
import type { NetworkNamespace } from "./network-namespace";

/**
 * Runs shell commands in a namespace, and gives what they print.
 * @throws Error with their last words when they fail
 */
export async function shell(
  namespace: NetworkNamespace,
  commands: string,
  ...args: readonly string[]
): Promise<string> {
  const [file, ...words] = namespace.command(["/bin/sh", "-euc", commands, "sh", ...args], "/");
  const { failure, stdout, stderr } = await runProgram(file, words, { timeoutMs: 120_000 });
  if (failure !== undefined) throw new Error(`${commands.trim()}: ${failure}\n${stderr}`);
  return stdout;
}
