import { resolve } from "node:path";
import { medianTimes, row } from "./measure";

/** What passes before a first question can be asked. */
export function benchStart(rounds: number): string[][] {
  const node = (label: string, ...args: readonly string[]) => ({
    label,
    argv: [process.execPath, ...args] as const,
    mayFail: true,
  });
  const program = resolve("dist/bin/cdktf-etcd.js");
  const library = resolve("dist/lib/verification/index.js");
  const refused = ["--endpoints", "http://127.0.0.1:1"];
  const own = "node, which does nothing";
  const times = medianTimes(
    [
      node(own, "--eval", "0"),
      node("cdktf-etcd --version", program, "--version"),
      node("cdktf-etcd verify, of a port that refuses", program, "verify", ...refused),
      node(
        "  as npm run verify does it in a checkout",
        resolve("bin/run.js"),
        resolve("bin/cdktf-etcd.ts"),
        "verify",
        ...refused,
      ),
      node(
        "import { verify } from cdktf-etcd/verification",
        "--input-type=module",
        "--eval",
        `import { verify } from ${JSON.stringify(library)}; verify.name`,
      ),
      node(
        "require of etcd3, as npm installs it",
        "--eval",
        `require(${JSON.stringify(require.resolve("etcd3"))})`,
      ),
    ],
    rounds,
  );
  const ownMs = times.get(own) ?? 0;
  return [...times].map(([label, tookMs]) =>
    label === own ? row(label, tookMs) : row(label, tookMs, { label: "node", tookMs: ownMs }),
  );
}
