import { ExternalError } from "../errors";

/**
 * Keeps a stream that cannot be written to from ending the program in the middle of its work.
 *
 * @returns waits until all is written, which `process.exit` does not; rejects with an ExternalError when something was lost
 */
export function guardOutput(stream: NodeJS.WriteStream): () => Promise<void> {
  let lost: NodeJS.ErrnoException | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // With `| head` nobody reads on: no failure, and no reason to break a deploy off.
    if (error.code !== "EPIPE") lost ??= error;
  });
  return async () => {
    // Not `once(stream, "drain")`: after an error there is none, but the callback always comes.
    await new Promise((resolve) => stream.write("", resolve));
    if (lost !== undefined)
      throw new ExternalError(`cannot write the output: ${lost.message}`, { cause: lost });
  };
}
