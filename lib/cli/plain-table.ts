import { lazyRequire } from "../lazy-require";

const GAP = "  ";
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Of a terminal that does not wrap the lines of a table. */
export interface TableWidth {
  readonly columns: number;
  /** The last column is cut off where lines do not fit, but not to less than this. */
  readonly leastLastColumn: number;
}

/**
 * Columns without a frame, two blanks apart; one line per row, after one with the headers. Not by cli-table3, which takes seconds for ten
 * thousand rows.
 *
 * @param cells one line each
 */
export function plainTable(
  headers: readonly string[],
  cells: readonly (readonly string[])[],
  fit?: TableWidth,
): string {
  const rows = [headers, ...cells];
  const last = headers.length - 1;
  const widths = headers
    .slice(0, last)
    .map((_, column) => rows.reduce((most, row) => Math.max(most, widthOf(row[column] ?? "")), 0));
  const before = widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const room = fit === undefined ? Infinity : Math.max(fit.leastLastColumn, fit.columns - before);
  return rows
    .map((row) => {
      const start = widths.map((width, column) => pad(row[column] ?? "", width));
      return [...start, cut(row[last] ?? "", room)].join(GAP).trimEnd();
    })
    .join("\n");
}

const pad = (text: string, width: number): string => text + " ".repeat(width - widthOf(text));

/** What does not fit ends in `…`. */
function cut(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  let kept = "";
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width >= room) break;
    kept += character;
  }
  return `${kept}…`;
}

/** In columns of a terminal: those of East Asia take two. */
function widthOf(text: string): number {
  return PRINTABLE_ASCII.test(text)
    ? text.length
    : (lazyRequire("string-width") as typeof import("string-width"))(text);
}
