import { PassThrough } from "node:stream";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { readLines } from "./line-reader";

function reader(limitBytes = 100): { stream: PassThrough; lines: string[] } {
  const stream = new PassThrough();
  const lines: string[] = [];
  readLines(stream as unknown as Socket, {
    limitBytes,
    onLine: (line) => lines.push(line),
    onTooLong: () => lines.push("too long"),
  });
  return { stream, lines };
}

test("gives lines whole, however they come in", async () => {
  const { stream, lines } = reader();
  const bytes = Buffer.from("eins\nzwölf\n\nrest");
  for (const byte of bytes) stream.write(Buffer.of(byte));
  await expect.poll(() => lines).toEqual(["eins", "zwölf", ""]);
});

test("stops at a line that does not end", async () => {
  const { stream, lines } = reader(10);
  stream.write("1234567\n");
  stream.write("1234567");
  stream.write("89012\nmore\n");
  stream.write("12345678901");
  stream.write("\nlost\n");
  await expect.poll(() => lines).toEqual(["1234567", "123456789012", "more", "too long"]);
});
