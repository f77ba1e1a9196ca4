import { StringDecoder } from "node:string_decoder";
import type { Socket } from "node:net";

/**
 * Hands over what comes in line by line.
 * @param onTooLong called once, when a line gets longer than the limit; nothing is read any more then
 */
export function readLines(
  socket: Socket,
  options: { readonly limitBytes: number; onLine(line: string): void; onTooLong(): void },
): void {
  const decoder = new StringDecoder("utf8");
  let parts: string[] = [];
  let length = 0;
  const read = (chunk: Buffer): void => {
    const [first = "", ...rest] = decoder.write(chunk).split("\n");
    for (const [index, text] of [first, ...rest].entries()) {
      if (index > 0) {
        options.onLine(parts.join(""));
        [parts, length] = [[], 0];
      }
      parts.push(text);
      length += text.length;
    }
    if (length <= options.limitBytes) return;
    socket.off("data", read);
    options.onTooLong();
  };
  socket.on("data", read);
}
