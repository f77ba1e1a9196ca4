import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Folder of this package's package.json, from the source and from the build alike. */
export function packageRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}
