import { createColors } from "picocolors";
import { oneLine, renderProgress, type AskOptions, type ProgressEvent } from "../verification";
import { Live, rowsOf } from "./live";
import { terminalOf } from "./terminal";

/** Shows how far the members are while somebody waits for them. */
export interface Progress {
  readonly onProgress: (event: ProgressEvent) => void;
  /** Nothing is shown after this. */
  readonly end: () => void;
}

/** https://github.com/sindresorhus/cli-spinners: `dots`, with its interval. */
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const FRAME_MS = 80;

/** A terminal that can redraw shows one line per member in place; everything else gets one line per change. */
export function showProgress(ask: AskOptions, waitMs: number, stream: NodeJS.WriteStream): Progress {
  const terminal = terminalOf(stream);
  if (!terminal.canRedraw)
    return {
      onProgress: (event) => stream.write(`${renderProgress(event)}\n`),
      end: () => undefined,
    };
  // Endpoints come as they are asked, in the one form in which they are told of later.
  const names = ask.expectation?.members.map(({ name }) => name) ?? [];
  const board = new Board(names, waitMs, terminal.color);
  const live = new Live(stream);
  const redraw = (): void => live.draw(board.lines(performance.now(), rowsOf(stream)));
  redraw();
  const timer = setInterval(redraw, FRAME_MS);
  return {
    onProgress: (event) => {
      board.take(event);
      redraw();
    },
    end: () => {
      clearInterval(timer);
      live.clear();
    },
  };
}

interface Row {
  readonly state: string;
  readonly isHealthy: boolean;
  /** Since when. */
  readonly at: number;
}

/** What the lines say; pure but for the time that it is given. */
export class Board {
  private readonly rows: Map<string, Row>;
  private readonly colors: ReturnType<typeof createColors>;

  constructor(
    members: readonly string[],
    private readonly waitMs: number,
    color: boolean,
    private readonly began: number = performance.now(),
  ) {
    this.rows = new Map(members.map((member) => [member, { state: "asking", isHealthy: false, at: began }]));
    this.colors = createColors(color);
  }

  take({ member, state, healthy, elapsedMs }: ProgressEvent): void {
    this.rows.set(member, { state: oneLine(state), isHealthy: healthy, at: this.began + elapsedMs });
  }

  /** One line per member and one for the whole; where they do not fit, the healthy ones are counted instead. */
  lines(now: number, terminalRows: number): string[] {
    const all = [...this.rows];
    const fits = all.length + 2 < terminalRows;
    const shown = fits
      ? all
      : all.filter(([, { isHealthy }]) => !isHealthy).slice(0, Math.max(0, terminalRows - 4));
    const width = Math.max(0, ...shown.map(([member]) => member.length));
    return [
      ...shown.map(([member, row]) => this.line(member.padEnd(width), row, now)),
      ...(fits ? [] : [this.colors.dim(`  … ${all.length - shown.length} more`)]),
      this.summary(now),
    ];
  }

  private line(member: string, { state, isHealthy, at }: Row, now: number): string {
    const { green, yellow, dim } = this.colors;
    return isHealthy
      ? `${green("✓")} ${member}  ${state} ${dim(`after ${seconds(at - this.began)}`)}`
      : `${yellow(frame(now))} ${member}  ${state} ${dim(`for ${seconds(now - at)}`)}`;
  }

  private summary(now: number): string {
    const all = [...this.rows.values()];
    const healthy = all.filter(({ isHealthy }) => isHealthy).length;
    const isPending = all.length === 0 || healthy < all.length;
    const of = all.length === 0 ? "" : `${healthy} of ${all.length} healthy, `;
    const time = `${seconds(now - this.began)} of ${seconds(this.waitMs)}`;
    return this.colors.dim(isPending ? `  ${of}waiting ${time}` : `${frame(now)} all checks, ${time}`);
  }
}

const frame = (now: number): string => FRAMES[Math.floor(now / FRAME_MS) % FRAMES.length] ?? "";

const seconds = (ms: number): string => `${Math.floor(Math.max(0, ms) / 1000)}s`;
