/** Python with the emulator's packages: the machine's own, else a virtual environment in the test cache. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { defaultCacheDir, publishFolder } from "../../../lib/downloads/cache";
import { runProgram } from "../../../lib/local/run-program";

/** The release that the fixes in `emulator/` are written against. */
const MOTO_RELEASE = "5.2.1";

const IMPORTS = "import boto3, flask, moto; print(moto.__version__)";

/** Path, or name on PATH, of a Python that can start the emulator. */
export async function pythonWithMoto(): Promise<string> {
  if (await hasMoto("python3")) return "python3";
  const folder = join(defaultCacheDir(), "test", `moto-${MOTO_RELEASE}`);
  const python = join(folder, "bin", "python3");
  const isThere = await access(python).then(
    () => true,
    () => false,
  );
  if (!isThere) await publishFolder(folder, install);
  if (!(await hasMoto(python))) throw new Error(`${folder} is broken: remove it and try again`);
  return python;
}

async function hasMoto(python: string): Promise<boolean> {
  const { exitCode, stdout } = await runProgram(python, ["-c", IMPORTS]);
  return exitCode === 0 && stdout.trim() === MOTO_RELEASE;
}

async function install(folder: string): Promise<void> {
  const requirement = `moto[server]==${MOTO_RELEASE}`;
  const steps = [
    ["python3", "-m", "venv", folder],
    [join(folder, "bin", "python3"), "-m", "pip", "install", "--quiet", requirement],
  ] as const;
  for (const [program, ...args] of steps) {
    const { failure, stderr } = await runProgram(program, args);
    if (failure !== undefined)
      throw new Error(
        `the tests against an AWS API emulator need Python with ${requirement}; ` +
          `python3 does not have it, and "${[program, ...args].join(" ")}" failed: ${failure}\n${stderr}`,
      );
  }
}
