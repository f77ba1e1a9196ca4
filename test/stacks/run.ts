import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runProgram, type ProgramResult } from "../../lib/local/run-program";

const LOADER = resolve("bin/run.js");

/** Prints, as the last thing of a process, the packages that it loaded. */
const SPY = `process.on("exit", () => {
  const files = Object.keys(require.cache).filter((file) => file.includes("node_modules"));
  require("node:fs").writeFileSync(process.env.LOADED_FILES, JSON.stringify(files));
});`;

type Environment = Readonly<Record<string, string>>;

export interface Run extends ProgramResult {
  /** Files below `node_modules` that the process loaded with `require`. */
  readonly loaded: readonly string[];
}

/** A project folder somewhere else than the repository, in which programs of the repository run. */
export class Project {
  private constructor(readonly folder: string) {}

  static async create(definition: string): Promise<Project> {
    const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-project-"));
    await writeFile(join(folder, "cluster.yaml"), definition);
    await writeFile(join(folder, "spy.cjs"), SPY);
    return new Project(folder);
  }

  /** Runs a TypeScript program of the repository, as `cdktf.json` does. */
  run(program: string, args: readonly string[] = [], env: Environment = {}): Promise<Run> {
    return this.runNode([LOADER, resolve(program), ...args], env);
  }

  /** Runs node, and finds out what it loaded. */
  async runNode(args: readonly string[], env: Environment = {}): Promise<Run> {
    const loadedFiles = join(this.folder, "loaded.json");
    const result = await runProgram(process.execPath, ["--require", join(this.folder, "spy.cjs"), ...args], {
      cwd: this.folder,
      env: {
        ...process.env,
        TARGET: "",
        CLUSTER: "",
        CDKTF_OUTDIR: "cdktf.out",
        LOADED_FILES: loadedFiles,
        ...env,
      },
    });
    return { ...result, loaded: JSON.parse(await readFile(loadedFiles, "utf8")) as string[] };
  }

  /** Names of the stacks that were written. */
  async stacks(outdir = "cdktf.out"): Promise<string[]> {
    return (await readdir(join(this.folder, outdir, "stacks"))).sort();
  }

  async stackText(stack: string, outdir = "cdktf.out"): Promise<string> {
    return readFile(join(this.folder, outdir, "stacks", stack, "cdk.tf.json"), "utf8");
  }

  async write(path: string, text: string): Promise<void> {
    await writeFile(join(this.folder, path), text);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
