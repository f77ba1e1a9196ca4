import { App, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** A local-exec provisioner's command and folder. */
export interface CliCommand {
  readonly command: string;
  readonly workingDir: string;
}

/**
 * How Terraform starts this package's own CLI. All paths are relative – to the stack's folder, then to the project's –
 * so that the synthesized JSON is the same in every checkout.
 *
 * @param args shell words of the CLI; may hold Terraform references
 */
export function cliCommand(scope: Construct, args: string): CliCommand {
  const entry = cliEntry().map((path) => quote(relative(process.cwd(), path)));
  return { command: ["node", ...entry, args].join(" "), workingDir: projectFolder(scope) };
}

/** From the stack's folder, where Terraform runs, to the folder that the app was started in. */
export function projectFolder(scope: Construct): string {
  const stack = TerraformStack.of(scope);
  const app = stack.node.root;
  const outdir = App.isApp(app) ? app.outdir : "cdktf.out";
  return relative(join(resolve(outdir), "stacks", stack.node.id), process.cwd());
}

/** The built CLI next to this file's build, or – in a checkout – the source through its loader. */
function cliEntry(): string[] {
  const root = dirname(dirname(__dirname));
  const built = join(root, "bin", "cdktf-etcd.js");
  if (existsSync(built)) return [built];
  const loader = join(dirname(require.resolve("jiti/package.json")), "lib", "jiti-cli.mjs");
  return [loader, join(root, "bin", "cdktf-etcd.ts")];
}

function quote(word: string): string {
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
