import { existsSync } from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import type { Cluster } from "../cluster/cluster";
import { stackId } from "../cluster/stack-id";
import { ExternalError } from "../errors";
import { packageRoot } from "../package-root";

/**
 * Runs a command of CDKTF's own CLI with the output on this terminal.
 *
 * @throws {ExternalError} when Terraform or cdktf-cli is missing, or the command fails
 */
export async function runCdktf(command: "deploy" | "destroy", cluster: Cluster, file: string, signal: AbortSignal): Promise<void> {
  const terraform = terraformBinary();
  const { execa } = await import("execa");
  const args = [command, stackId(cluster), "--auto-approve", "--app", appCommand()];
  const result = await execa(process.execPath, [cdktfCli(), ...args], {
    reject: false,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    env: {
      TERRAFORM_BINARY_NAME: terraform,
      CLUSTER: file,
      TARGET: cluster.target,
      // Plain lines that stay on the terminal instead of a redrawn screen, and no call home.
      CI: "1",
      CHECKPOINT_DISABLE: "1",
    },
    // Terraform has to let its provisioners end before it may end itself.
    cancelSignal: signal,
    forceKillAfterDelay: 60_000,
  });
  if (result.isCanceled) throw new ExternalError(`interrupted during cdktf ${command}`);
  if (result.exitCode !== 0) {
    throw new ExternalError(`cdktf ${command} failed (exit code ${result.exitCode ?? "none"}); its own words are above`, {
      remedy: command === "deploy" ? "mend the cause and run the same command again: what is right stays untouched" : "mend the cause and run the same command again",
    });
  }
}

/** @throws {ExternalError} when neither Terraform nor OpenTofu is installed */
export function terraformBinary(): string {
  const chosen = process.env["TERRAFORM_BINARY_NAME"];
  const candidates = chosen === undefined || chosen === "" ? ["terraform", "tofu"] : [chosen];
  const found = candidates.find(isOnPath);
  if (found === undefined) {
    throw new ExternalError(`cannot find ${candidates.join(" or ")} on PATH`, {
      remedy: "install Terraform 1.5 or newer (https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install/)",
    });
  }
  return found;
}

function isOnPath(name: string): boolean {
  if (name.includes("/")) return existsSync(name);
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, name)));
}

function cdktfCli(): string {
  for (const from of [process.cwd(), packageRoot()]) {
    try {
      return join(dirname(require.resolve("cdktf-cli/package.json", { paths: [from] })), "bundle", "bin", "cdktf");
    } catch {
      // Looked for in the user's project first, then beside this package.
    }
  }
  throw new ExternalError("cannot find cdktf-cli", { remedy: "npm install --save-dev cdktf-cli" });
}

/** The app in the build, or – in a checkout – its source through the loader. */
function appCommand(): string {
  const built = join(packageRoot(), "dist", "bin", "app.js");
  if (__filename.endsWith(".js") && existsSync(built)) return `node ${shown(built)}`;
  const loader = join(dirname(require.resolve("jiti/package.json")), "lib", "jiti-cli.mjs");
  return `node ${shown(loader)} ${shown(join(packageRoot(), "bin", "app.ts"))}`;
}

function shown(path: string): string {
  return `'${relative(process.cwd(), path)}'`;
}
