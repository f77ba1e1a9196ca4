import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildApp } from "../../lib/stacks";
import { parseCluster } from "../../lib/cluster/define";
import { ensurePki } from "../../lib/pki";
import { medianTimes, row } from "./measure";

const LOADER = resolve("bin/run.js");

const MANY = "name: bench\nmembers: 3\naws: { region: eu-central-1 }\n";

/** Everything of CDKTF and the provider that the AWS stack loads: no program that synthesizes can be faster than loading it. */
function floorScript(): string {
  const sources = readdirSync("lib/constructs", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join("lib/constructs", file), "utf8"));
  const provider = sources.flatMap((text) =>
    [...text.matchAll(/^(?:import|\}) (?!type ).*from "(@cdktf\/provider-aws\/[^"]+)"/gm)].map(
      ([, name]) => name!,
    ),
  );
  const modules = ["cdktf", "constructs", "@cdktf/provider-aws/lib/provider", ...new Set(provider)];
  return modules.map((name) => `require(${JSON.stringify(require.resolve(name))})`).join(";");
}

/** Synth of the default definition against the floor, and what many definitions in one process cost. */
export async function benchSynth(rounds: number): Promise<string[][]> {
  const script = floorScript();
  const app = resolve("bin/app.ts");
  const definition = readFileSync("cluster.yaml", "utf8");
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), "cdktf-etcd-bench-"));
  // The stack reads certificates, and makes none.
  process.chdir(folder);
  try {
    writeFileSync("cluster.yaml", definition);
    for (const text of [definition, MANY]) await ensurePki([parseCluster(text, "bench.yaml", "aws", "aws")]);
    const times = medianTimes(
      [
        { label: "floor", argv: [process.execPath, "-e", script] },
        {
          label: "synth",
          argv: [process.execPath, LOADER, app],
          env: { TARGET: "aws", CDKTF_OUTDIR: folder },
        },
      ],
      rounds,
    );
    const floorMs = times.get("floor") ?? 0;
    return [
      row("floor: node loads cdktf and the provider's modules", floorMs),
      row("synth of cluster.yaml, as cdktf.json starts it", times.get("synth") ?? 0, {
        label: "floor",
        tookMs: floorMs,
      }),
      ...(await manyDefinitions(folder)),
    ];
  } finally {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  }
}

async function manyDefinitions(folder: string): Promise<string[][]> {
  await synthesize(5, folder);
  const rows: string[][] = [];
  let perTen: number | undefined;
  for (const count of [10, 50, 100]) {
    const tookMs = await synthesize(count, folder);
    perTen ??= tookMs;
    rows.push(
      row(`${count} definitions in one process`, tookMs, { label: "the time of 10", tookMs: perTen }),
    );
  }
  return rows;
}

async function synthesize(count: number, folder: string): Promise<number> {
  const began = performance.now();
  for (let index = 0; index < count; index += 1) {
    const app = await buildApp(parseCluster(MANY, "bench.yaml", "aws", "aws"), {
      outdir: join(folder, String(index)),
    });
    app.synth();
  }
  return performance.now() - began;
}
