/** A part of a line, and how its words are coloured. */
export interface Span {
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
}

export interface WrapOptions {
  /** `Infinity`: one line. */
  readonly columns: number;
  /** What the first line begins with. */
  readonly first: string;
  /** Columns that it takes: colours take none. @default - its length */
  readonly width?: number | undefined;
  /** Columns before the other lines. */
  readonly hanging: number;
}

/**
 * Breaks between words only: an ID, a URL or a path that does not fit stands out, for it is there to be copied. Counts a
 * UTF-16 unit as a column.
 */
export function wrap(
  spans: readonly Span[],
  { columns, first, width: firstWidth = first.length, hanging }: WrapOptions,
): string[] {
  const words = spans.flatMap(({ text, paint = (word: string) => word }) =>
    text.split(" ").map((word) => ({ width: word.length, painted: paint(word) })),
  );
  const lines: string[] = [];
  let line = first;
  let width = firstWidth;
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && width + 1 + word.width > columns) {
      lines.push(line);
      line = " ".repeat(hanging);
      width = hanging;
      isEmpty = true;
    }
    line += isEmpty ? word.painted : ` ${word.painted}`;
    width += word.width + (isEmpty ? 0 : 1);
    isEmpty = false;
  }
  return [...lines, line];
}
