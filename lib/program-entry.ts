import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "./package-root";

/** What node has to be given to start a program of this package: its build, or – in a checkout – its source. */
export function programEntry(program: "app" | "cdktf-etcd"): readonly string[] {
  const source = join(packageRoot(), "bin", `${program}.ts`);
  return existsSync(source)
    ? [join(packageRoot(), "bin", "run.js"), source]
    : [join(packageRoot(), "dist", "bin", `${program}.js`)];
}
