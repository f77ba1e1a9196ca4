import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { ExternalError } from "../errors";

export interface DownloadOptions {
  readonly url: string;
  /** Written anew by every attempt. */
  readonly file: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly signal?: AbortSignal | undefined;
  /** Until the server answered: name lookup, connection, redirects. Short, so that a machine without network is told soon. @default 10000 */
  readonly answerTimeoutMs?: number;
  /** Longest silence while the file comes in. @default 20000 */
  readonly silenceTimeoutMs?: number;
  /** @default 3 */
  readonly attempts?: number;
  /** Called as the file comes in; the total is what the server announced. @default - nobody is told */
  readonly onProgress?: (receivedBytes: number, totalBytes: number | undefined) => void;
}

/** A failure that may be gone the next time: a busy server, a connection that broke. */
class TransientError extends ExternalError {}

/**
 * Fetches a file and checks its sum before anybody can use it.
 * @throws ExternalError when it cannot be had or is not the file that the sum is of
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { ExponentialBackoff, handleWhen, retry } = await import("cockatiel");
  const policy = retry(
    handleWhen((error) => error instanceof TransientError),
    {
      maxAttempts: (options.attempts ?? 3) - 1,
      backoff: new ExponentialBackoff({ initialDelay: 500, maxDelay: 5_000 }),
    },
  );
  const got = await policy.execute(() => fetchOnce(options), options.signal);
  if (got === options.sha256.toLowerCase()) return;
  throw new ExternalError(
    `${options.url} is not the file that was expected: its sha256 is ${got}, not ${options.sha256}`,
  );
}

/** @returns the sha256 of what came */
async function fetchOnce(options: DownloadOptions): Promise<string> {
  const { url, file, signal } = options;
  const abort = new AbortController();
  const abortSignals = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
  const answerTimeoutMs = options.answerTimeoutMs ?? 10_000;
  const silenceTimeoutMs = options.silenceTimeoutMs ?? 20_000;
  const target = await open(file, "w");
  let timer = setTimeout(() => abort.abort(), answerTimeoutMs);
  let answered = false;
  try {
    const response = await fetch(url, { signal: abortSignals, redirect: "follow" });
    if (!response.ok || response.body === null) throw refusal(url, response.status);
    answered = true;
    const hash = createHash("sha256");
    const totalBytes = Number(response.headers.get("content-length") ?? Number.NaN);
    let receivedBytes = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), silenceTimeoutMs);
      hash.update(chunk);
      await target.write(chunk);
      receivedBytes += chunk.length;
      options.onProgress?.(receivedBytes, Number.isNaN(totalBytes) ? undefined : totalBytes);
    }
    return hash.digest("hex");
  } catch (error) {
    if (error instanceof ExternalError) throw error;
    if (signal?.aborted) throw new ExternalError(`interrupted while fetching ${url}`);
    if (abort.signal.aborted) {
      if (answered) throw new TransientError(`${url}: nothing came for ${silenceTimeoutMs / 1000} s`);
      throw new ExternalError(`${url}: no answer within ${answerTimeoutMs / 1000} s`);
    }
    throw brokenConnection(url, error, answered);
  } finally {
    clearTimeout(timer);
    await target.close();
  }
}

function refusal(url: string, status: number): ExternalError {
  const words = `${url}: the server answered ${status}`;
  return status >= 500 || status === 429 || status === 408
    ? new TransientError(words)
    : new ExternalError(words);
}

function brokenConnection(url: string, error: unknown, answered: boolean): unknown {
  // fetch wraps the system's error: "fetch failed" alone says nothing.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return error;
  const code = "code" in cause ? String(cause.code) : cause.name;
  // A disk that is full is not the network's fault.
  if ("syscall" in cause && cause.syscall === "write") return cause;
  const words = `${url}: ${cause.message || code}`;
  return answered || code === "ECONNRESET" || code === "UND_ERR_SOCKET"
    ? new TransientError(words, { cause })
    : new ExternalError(words, { cause });
}
