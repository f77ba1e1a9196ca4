import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../../../lib/package-root";
import type { Measured } from "./scenario";

const PAGE = join(packageRoot(), "docs", "discovery-faults.md");
/** `npm run discovery-faults` sets it. */
const WRITE = process.env["WRITE_DISCOVERY_FAULTS"] !== undefined;

const columns = {
  "end known after": "knownMs",
  "written within": "writtenMs",
  "live entry gone for": "goneMs",
  "back after": "backMs",
  "largest lag": "lagMs",
  "stale for": "staleMs",
} as const;

/** What was measured, for docs/discovery-faults.md. */
export class MeasuringRecord {
  /** Release and transport. */
  ground = "";
  private readonly rows: Measured[] = [];

  constructor(private readonly title: string) {}

  add(rows: readonly Measured[]): void {
    this.rows.push(...rows);
  }

  /**
   * Prints it, and writes it into its place on the page when that is asked for.
   *
   * @param isComplete else the page stays as it is: a row that is missing there would not be noticed
   */
  async report({ isComplete }: { readonly isComplete: boolean }): Promise<void> {
    const lines = [
      ["what happens", ...Object.keys(columns), "lists"],
      ["---", ...Object.keys(columns).map(() => "--:"), "--:"],
      ...this.rows.map((row) => [
        row.what,
        ...Object.values(columns).map((name) => inSeconds(row[name])),
        row.lists === undefined ? "" : String(row.lists),
      ]),
    ];
    const table = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
    console.log(`${this.ground}\n${table}`);
    if (!WRITE || !isComplete) return;
    const page = await readFile(PAGE, "utf8");
    const place = new RegExp(`(<!-- ${this.title} -->\n)[^]*?(<!-- /${this.title} -->)`);
    if (!place.test(page)) throw new Error(`${PAGE} has no place for "${this.title}"`);
    const text = `${this.ground}\n\n${table}`;
    await writeFile(
      PAGE,
      page.replace(place, (_all, start: string, end: string) => `${start}\n${text}\n\n${end}`),
    );
  }
}

/** To 10 ms, which is more than the machine gives twice. Clocks of processes differ by less. */
function inSeconds(ms: number | undefined): string {
  return ms === undefined ? "" : ms < 5 ? "0" : `${(ms / 1000).toFixed(2)} s`;
}
