/** Control sequences of ECMA-48 and of DEC's terminals: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html */
const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
/** Lines that are too long are cut instead of wrapped, so that one line stays one row whatever the width. */
const CUT_LINES = "\u001b[?7l";
const WRAP_LINES = "\u001b[?7h";
const ERASE_LINE_END = "\u001b[K";
const ERASE_BELOW = "\u001b[J";
const up = (rows: number): string => (rows > 0 ? `\u001b[${rows}A` : "");

/** Of a terminal that does not say how high it is (a serial line, `script`) it is 0: VT100's is assumed. */
export function rowsOf({ rows }: Pick<NodeJS.WriteStream, "rows">): number {
  return rows > 0 ? rows : 24;
}

/** Lines at the end of a terminal that are printed over in place. Nothing else may be printed between `draw` and `end`. */
export class Live {
  private rows = 0;
  private isDrawing = false;
  private readonly restore = (): void => {
    this.stream.write(WRAP_LINES + SHOW_CURSOR);
  };

  constructor(private readonly stream: NodeJS.WriteStream) {}

  /** Replaces what was drawn before. Of more lines than the terminal has, the first ones are shown. */
  draw(lines: readonly string[]): void {
    if (!this.isDrawing) {
      this.isDrawing = true;
      this.stream.write(HIDE_CURSOR + CUT_LINES);
      // A terminal without a cursor is what a program leaves that ends without this.
      process.once("exit", this.restore);
    }
    const shown = lines.slice(0, Math.max(1, rowsOf(this.stream) - 1));
    const text = shown.map((line) => `${line}${ERASE_LINE_END}\n`).join("");
    this.stream.write(`\r${up(this.rows)}${text}${ERASE_BELOW}`);
    this.rows = shown.length;
  }

  /** Takes away what was drawn. */
  clear(): void {
    if (this.isDrawing) this.stream.write(`\r${up(this.rows)}${ERASE_BELOW}`);
    this.end();
  }

  /** Leaves what was drawn. */
  end(): void {
    if (!this.isDrawing) return;
    this.isDrawing = false;
    this.rows = 0;
    process.off("exit", this.restore);
    this.restore();
  }
}
