import { App, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { join, relative, resolve } from "node:path";
import { programEntry } from "../program-entry";

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
  const entry = programEntry("cdktf-etcd").map((path) => quote(relative(process.cwd(), path)));
  return { command: ["node", ...entry, args].join(" "), workingDir: projectFolder(scope) };
}

/** From the stack's folder, where Terraform runs, to the folder that the app was started in. */
export function projectFolder(scope: Construct): string {
  const stack = TerraformStack.of(scope);
  const app = stack.node.root;
  const outdir = App.isApp(app) ? app.outdir : "cdktf.out";
  return relative(join(resolve(outdir), "stacks", stack.node.id), process.cwd());
}

function quote(word: string): string {
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
