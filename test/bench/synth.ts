import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildApp } from "../../lib/stacks";
import { parseCluster } from "../../lib/cluster/define";
import { medianTimes, row } from "./measure";

const LOADER = resolve("bin/run.js");

/** Everything of CDKTF and the provider that the AWS stack loads: no program that synthesizes can be faster than loading it. */
function floorScript(): string {
  const modules = [
    "cdktf",
    "constructs",
    ...[
      "data-aws-ssm-parameter",
      "ebs-volume",
      "eip",
      "instance",
      "internet-gateway",
      "nat-gateway",
      "network-interface",
      "provider",
      "route",
      "route-table",
      "route-table-association",
      "security-group",
      "subnet",
      "volume-attachment",
      "vpc",
      "vpc-security-group-egress-rule",
      "vpc-security-group-ingress-rule",
    ].map((name) => `@cdktf/provider-aws/lib/${name}`),
  ];
  return modules.map((name) => `require(${JSON.stringify(name)})`).join(";");
}

/** Synth of the default definition against the floor, and what many definitions in one process cost. */
export async function benchSynth(rounds: number): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), "cdktf-etcd-bench-"));
  try {
    const times = medianTimes(
      [
        { label: "floor", argv: [process.execPath, "-e", floorScript()] },
        {
          label: "synth",
          argv: [process.execPath, LOADER, resolve("bin/app.ts")],
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
    const text = `name: bench-${index}\nmembers: 3\naws: { region: eu-central-1 }\n`;
    const app = await buildApp(parseCluster(text, "bench.yaml", "aws", "aws"), {
      outdir: join(folder, String(index)),
    });
    app.synth();
  }
  return performance.now() - began;
}
