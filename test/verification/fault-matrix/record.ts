import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../../../lib/package-root";
import type { Transport } from "./ground";
import type { Said } from "./judge";

const PAGE = join(packageRoot(), "docs", "verification-faults.md");
/** `npm run faults` sets it, and runs one file after another. */
const WRITE = process.env["WRITE_FAULTS"] !== undefined;

interface Row {
  readonly fault: string;
  readonly transports: Set<Transport>;
  readonly said: string;
}

/** What was said of each fault, for docs/verification-faults.md. */
export class FaultRecord {
  release = "";
  private readonly rows: Row[] = [];

  constructor(private readonly title: string) {}

  add(fault: string, transport: Transport, found: readonly Said[]): void {
    const same = this.rows.find((row) => row.fault === fault);
    if (same === undefined) this.rows.push({ fault, transports: new Set([transport]), said: inWords(found) });
    else same.transports.add(transport);
  }

  /**
   * Prints it, and writes it into its place on the page when that is asked for.
   *
   * @param isComplete else the page stays as it is: a row that is missing there would not be noticed
   */
  async report({ isComplete }: { readonly isComplete: boolean }): Promise<void> {
    const lines = [
      ["fault", "transport", "what verify says"],
      ["---", "---", "---"],
      ...this.rows.map(({ fault, transports, said }) => [
        fault,
        [...transports].sort().reverse().join(", "),
        said,
      ]),
    ];
    const table = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
    if (!WRITE || !isComplete) return;
    console.log(table);
    const page = await readFile(PAGE, "utf8");
    const place = new RegExp(`(<!-- ${this.title} -->\n)[^]*?(<!-- /${this.title} -->)`);
    if (!place.test(page)) throw new Error(`${PAGE} has no place for "${this.title}"`);
    const text = `etcd ${this.release}\n\n${table}`;
    await writeFile(
      PAGE,
      page.replace(place, (_all, start: string, end: string) => `${start}\n${text}\n\n${end}`),
    );
  }
}

/** One line for all members of which the same is said. */
function inWords(found: readonly Said[]): string {
  const members = new Map<string, Set<string>>();
  for (const { check, outcome, member, reason } of found) {
    const text = `\`${check}\` ${outcome}: ${withoutNumbers(reason)}`;
    const named = members.get(text) ?? new Set();
    members.set(text, member === undefined ? named : named.add(withoutNumbers(member)));
  }
  return [...members]
    .map(([text, named]) => (named.size === 0 ? text : `${text} (${[...named].join(", ")})`))
    .join("<br>");
}

/** Ports, IDs and paths are others in every run. */
function withoutNumbers(reason: string): string {
  return reason
    .replace(/https?:\/\/(?:127\.0\.0\.1|localhost):\d+/g, "…")
    .replace(/\b[0-9a-f]{12,16}\b/g, "…")
    .replace(/\/tmp\/\S+/g, "…")
    .replaceAll("|", "\\|");
}
