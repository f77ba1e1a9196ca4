import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../lib/package-root";
import { DRILLS } from "./drills";
import type { DrillRecord } from "./drills/drill";
import { drillTable, seconds } from "./drills/table";
import { phaseSeconds, type BootPhase } from "./lab/boot-phases";

/** What a run of the machines found out, with its times. */
export interface Findings {
  readonly drills: DrillRecord[];
  boot?: BootFindings;
}

export interface BootFindings {
  readonly release: string;
  readonly first: readonly BootPhase[];
  readonly second: readonly BootPhase[];
  /** From the start of three etcd processes on this machine, by hand and without TLS, until all are ready. */
  readonly bareMs: number;
  /** Of etcd.service, by systemd-analyze: 0 to 10. */
  readonly exposure: string;
}

const PAGE = join(packageRoot(), "docs", "reliability.md");
/** `npm run reliability` sets it. */
const WRITE = process.env["WRITE_RELIABILITY"] !== undefined;

/** Prints them, and writes them into docs/reliability.md when that is asked for. */
export async function reportFindings({ boot, drills }: Findings): Promise<void> {
  const sections = {
    boot: boot === undefined ? "" : bootTable(boot),
    drills: drillTable(drills),
  };
  console.log(Object.values(sections).join("\n\n"));
  if (!WRITE) return;
  if (boot === undefined || drills.length < DRILLS.length)
    throw new Error(`${PAGE} stays as it is: it takes a run in which every drill and both boots went well`);
  let page = await readFile(PAGE, "utf8");
  for (const [name, text] of Object.entries(sections)) {
    const place = new RegExp(`(<!-- ${name} -->\n)[^]*(<!-- /${name} -->)`);
    if (!place.test(page)) throw new Error(`${PAGE} has no place for "${name}"`);
    page = page.replace(place, (_all, start: string, end: string) => `${start}\n${text}\n${end}`);
  }
  await writeFile(PAGE, page);
}

function bootTable({ release, first, second, bareMs, exposure }: BootFindings): string {
  const titles = [...new Set([...first, ...second].map(({ title }) => title))];
  const rows = titles.map((title) => [title, duration(first, title), duration(second, title)]);
  const total = (phases: readonly BootPhase[]): string =>
    seconds(1000 * (phases.at(-1)?.endedAtSeconds ?? 0));
  rows.push(["**all**", total(first), total(second)]);
  const lines = [["", "first boot", "second boot"], ["---", "---:", "---:"], ...rows];
  return [
    lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n"),
    "",
    `etcd ${release}, ${cpus().length} cores for three machines. Three members of etcd alone, started by hand without TLS on the same ` +
      `machine, took ${seconds(bareMs)}. \`systemd-analyze security etcd.service\`: ${exposure}.`,
  ].join("\n");
}

function duration(phases: readonly BootPhase[], title: string): string {
  const isThere = phases.some((phase) => phase.title === title);
  return isThere ? seconds(1000 * phaseSeconds(phases, title)) : "";
}
