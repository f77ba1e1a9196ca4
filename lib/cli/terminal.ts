/** What a stream's reader can show, as far as it matters here. */
export interface Terminal {
  /** ANSI colours are wanted. */
  readonly color: boolean;
  /** Width; undefined when it is no terminal. */
  readonly columns: number | undefined;
  /** What was printed can be printed over. */
  readonly canRedraw: boolean;
}

/** @see https://no-color.org and https://force-color.org; of both, FORCE_COLOR decides, as it does in Node itself. */
export function terminalOf(
  stream: Pick<NodeJS.WriteStream, "isTTY" | "columns">,
  env: NodeJS.ProcessEnv = process.env,
): Terminal {
  // Of a stream that is no terminal it is undefined, whatever its type says.
  const isTerminal = (stream.isTTY as boolean | undefined) === true;
  const isDumb = env["TERM"] === "dumb";
  return {
    color: wantsColor(env) ?? (isTerminal && !isDumb),
    columns: isTerminal ? stream.columns : undefined,
    canRedraw: isTerminal && !isDumb,
  };
}

function wantsColor({ FORCE_COLOR, NO_COLOR }: NodeJS.ProcessEnv): boolean | undefined {
  // Empty counts as not set, of both.
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return !["0", "false"].includes(FORCE_COLOR);
  return NO_COLOR !== undefined && NO_COLOR !== "" ? false : undefined;
}
