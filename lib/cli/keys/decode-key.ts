import { UsageError } from "../../errors";
import { oneOf } from "../one-of";

const ENCODINGS = ["utf8", "hex", "base64"] as const;

/** What Node makes of bytes in an argument that are no UTF-8. */
const REPLACEMENT = "\ufffd";

/**
 * The bytes of a key that was given as an argument, which can hold neither NUL nor anything but text.
 *
 * @throws UsageError if it is not written in that encoding
 */
export function decodeKey(what: string, text: string, encoding: string): Buffer {
  const known = oneOf("--key-encoding", encoding, ENCODINGS);
  const key = Buffer.from(text, known);
  if (known === "hex" && key.toString("hex") !== text.toLowerCase())
    throw new UsageError(`${what} must be hexadecimal digits, two for a byte, got "${text}"`);
  if (known === "base64" && key.toString("base64") !== text)
    throw new UsageError(`${what} must be base64, as --output json prints it, got "${text}"`);
  if (known === "utf8" && text.includes(REPLACEMENT))
    throw new UsageError(`${what} has bytes that are no UTF-8`, {
      remedy: "Give it as --key-encoding hex or base64.",
    });
  return key;
}
