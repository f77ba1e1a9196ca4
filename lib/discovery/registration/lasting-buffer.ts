/**
 * A text in memory of its own. `Buffer.from` takes a short one out of 8 KiB that it shares with others, all of which stay as long as any of
 * them does: https://nodejs.org/api/buffer.html#class-property-bufferpoolsize
 */
export function lastingBuffer(text: string): Buffer {
  const buffer = Buffer.alloc(Buffer.byteLength(text));
  buffer.write(text);
  return buffer;
}
