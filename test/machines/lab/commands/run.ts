import { CommanderError } from "commander";
import { EXIT } from "../../../../lib/cli/exit-codes";
import { guardOutput } from "../../../../lib/cli/output";
import { reportError } from "../../../../lib/cli/report-error";
import { UsageError } from "../../../../lib/errors";
import { Interruption } from "./interruption";
import type { LabProvider } from "./lab-control";
import { program } from "./program";
import { StateFolder } from "./state-folder";

const FAILED = 1;

/**
 * Runs one command, and ends the process with its exit code.
 * @param entry path of the program that calls this, as `bin/run.js` takes it: it becomes the lab's process, too
 */
export async function runLabCommand(
  argv: readonly string[],
  provider: LabProvider,
  entry = process.argv[1] ?? "",
): Promise<never> {
  const interruption = new Interruption();
  const written = [process.stdout, process.stderr].map(guardOutput);
  const code = await exitCode(argv, provider, entry, interruption);
  await Promise.all(written.map((all) => all()));
  process.exit(code);
}

async function exitCode(
  argv: readonly string[],
  provider: LabProvider,
  entry: string,
  interruption: Interruption,
): Promise<number> {
  let code = 0;
  try {
    await program(async (run) => {
      const problem = provider.problem();
      if (problem !== undefined) throw new UsageError(problem);
      code = await run({ provider, folder: StateFolder.open(), interruption, entry });
    }).parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const reported = reportError(error);
    if (interruption.signal.aborted) return EXIT.interrupted;
    return reported === EXIT.usage || reported === EXIT.interrupted ? reported : FAILED;
  }
}
