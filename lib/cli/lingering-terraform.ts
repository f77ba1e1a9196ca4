import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * cdktf-cli reads what Terraform prints from a terminal, which it closes 200 ms after Terraform has ended, read or not. A plan that
 * fails prints its errors last, behind thousands of lines that cdktf-cli takes longer to read: then they are lost.
 * @see https://github.com/microsoft/node-pty/blob/v1.0.0/src/unixTerminal.ts – DESTROY_SOCKET_TIMEOUT_MS
 */
const SCRIPT = `#!/bin/sh
"$CDKTF_ETCD_TERRAFORM" "$@"
status=$?
[ "$status" -eq 0 ] || sleep 2
exit "$status"
`;

export interface LingeringTerraform {
  /** For cdktf-cli. */
  readonly env: Readonly<Record<string, string>>;
  readonly remove: () => void;
}

/** Terraform for cdktf-cli, which stays for a moment after it has failed, so that what it printed last is read. */
export function lingeringTerraform(terraform: string): LingeringTerraform {
  const plain = { env: { TERRAFORM_BINARY_NAME: terraform }, remove: () => undefined };
  if (process.platform === "win32") return plain;
  const folder = mkdtempSync(join(tmpdir(), "cdktf-etcd-terraform-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // Not called terraform: that one is looked for among the processes, to be interrupted.
  const script = join(folder, "lingering");
  writeFileSync(script, SCRIPT, { mode: 0o755 });
  try {
    // Where temporary files may not be executed, it has to do without.
    accessSync(script, constants.X_OK);
  } catch {
    remove();
    return plain;
  }
  return { env: { TERRAFORM_BINARY_NAME: script, CDKTF_ETCD_TERRAFORM: terraform }, remove };
}
