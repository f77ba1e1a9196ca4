import { stripVTControlCharacters } from "node:util";

/**
 * Text of others as one line that is safe for a terminal or a log: a certificate's subject or an error of a server could
 * hold escape sequences, line feeds, or characters that reverse the direction of what follows (https://trojansource.codes).
 */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, " ")
    .trim();
}
