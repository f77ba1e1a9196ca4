import { open } from "node:fs/promises";

const TAIL_BYTES = 256 * 1024;
const MAX_LINES = 5;
const MAX_LINE_LENGTH = 400;

/** What etcd gave as its reasons in the log from `offset` on, readable: its errors, else its last lines. */
export async function lastWords(logFile: string, offset = 0): Promise<string[]> {
  const lines = (await readTail(logFile, offset)).split("\n").filter((line) => line.trim() !== "");
  const reasons = lines.map(reasonIn).filter((reason) => reason !== undefined);
  const chosen = reasons.length > 0 ? [...new Set(reasons)] : lines;
  return chosen
    .slice(-MAX_LINES)
    .map((line) => (line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH)}...` : line));
}

async function readTail(file: string, offset: number): Promise<string> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return "";
  try {
    const { size } = await handle.stat();
    const from = Math.max(offset, size - TAIL_BYTES);
    if (size <= from) return "";
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** @internal exported for tests */
export function reasonIn(line: string): string | undefined {
  const entry = parseJson(line);
  if (entry === undefined) return reasonInPlainText(line);
  const { level, msg, error } = entry;
  // Wrong settings are logged as a warning that carries an error ("failed to verify flags").
  const grave =
    ["error", "dpanic", "panic", "fatal"].includes(String(level)) ||
    (level === "warn" && error !== undefined);
  if (!grave) return undefined;
  return error === undefined
    ? String(msg)
    : `${String(msg)}: ${typeof error === "string" ? error : JSON.stringify(error)}`;
}

function reasonInPlainText(line: string): string | undefined {
  // etcd 3.4's default format: "2026-11-22 07:17:14.331872 E | etcdmain: error verifying flags, ...".
  const classic = /^\d{4}-\d\d-\d\d [\d:.]+ ([A-Z]) \| (.*)$/.exec(line);
  if (classic !== null) return "EC".includes(classic[1]!) ? classic[2] : undefined;
  return /^(panic|fatal error|error|\S*etcd):/i.test(line) ? line : undefined;
}

function parseJson(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
