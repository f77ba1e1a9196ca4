import type { VerificationReport } from "../report";

/** What a printer may want to know besides the report; each takes what concerns it. */
export interface PrinterOptions {
  /**
   * ANSI colours, for a terminal.
   * @default false
   */
  readonly color?: boolean | undefined;
  /**
   * Width of the terminal in columns; 0 counts as not known.
   * @default - lines are as long as they get
   */
  readonly columns?: number | undefined;
  /**
   * The verdict and what needs somebody before what does not, for a reader who may lose the end.
   * @default false, for what stands last in a terminal is what is seen
   */
  readonly verdictFirst?: boolean | undefined;
  /**
   * Who made the report, for outputs that are kept.
   * @default - not said
   */
  readonly producedBy?: ProducedBy | undefined;
}

/** A program and its version. */
export interface ProducedBy {
  readonly name: string;
  readonly version: string;
}

/** Pure. The text has no line feed at its end: whoever writes it into a file or to a terminal adds one. */
export type Printer = (report: VerificationReport, options?: PrinterOptions) => string;
