import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../package-root";

/** Of this package. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  return (manifest as { version: string }).version;
}
