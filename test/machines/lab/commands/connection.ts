import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { ExternalError } from "../../../../lib/errors";
import { readLines } from "./line-reader";
import {
  encode,
  fromWire,
  REPLY_LIMIT_BYTES,
  type Command,
  type Reply,
  type Request,
  type ResultOf,
} from "./protocol";
import type { StateFolder } from "./state-folder";

export interface AskOptions {
  readonly onProgress?: (line: string) => void;
  readonly onOutput?: (text: string) => void;
  /** Lets go of the answer; what was asked for may be done all the same. */
  readonly signal?: AbortSignal;
}

/** Nobody is there any more to answer. */
export class LabEndedError extends ExternalError {}

/** A command's connection to the lab's process, for one request. */
export class Connection {
  private constructor(
    private readonly socket: Socket,
    private readonly folder: StateFolder,
  ) {}

  /** Undefined when nobody listens there. */
  static async open(folder: StateFolder): Promise<Connection | undefined> {
    const socket = connect(folder.socketFile);
    try {
      await once(socket, "connect");
      // What ends it comes as "close", with whatever is lost then.
      socket.on("error", () => undefined);
      return new Connection(socket, folder);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "ENOENT" || code === "ECONNREFUSED") return undefined;
      throw new ExternalError(
        `cannot reach the lab's process at ${folder.socketFile}: ${String(code ?? error)}`,
        { cause: error },
      );
    }
  }

  /**
   * @throws {UsageError} or {ExternalError} as the lab's process says it
   * @throws {Error} named AbortError when the signal came first
   */
  ask<R extends Request>(request: R, options: AskOptions = {}): Promise<ResultOf<R["command"]>> {
    const { socket } = this;
    return new Promise((resolve, reject) => {
      const { signal } = options;
      const abort = (): void => {
        socket.destroy();
        reject(signal?.reason as Error);
      };
      const settle = (act: () => void): void => {
        signal?.removeEventListener("abort", abort);
        act();
      };
      const onLine = (line: string): void => {
        const reply = JSON.parse(line) as Reply;
        if ("progress" in reply) options.onProgress?.(reply.progress);
        else if ("output" in reply) options.onOutput?.(reply.output);
        else if ("error" in reply) settle(() => reject(fromWire(reply.error)));
        else settle(() => resolve(reply.result as ResultOf<Command> as ResultOf<R["command"]>));
      };
      const onTooLong = (): void =>
        settle(() => reject(new ExternalError(`an answer of more than ${REPLY_LIMIT_BYTES} bytes`)));
      const onClose = (): void =>
        settle(() =>
          reject(
            new LabEndedError("the lab's process ended before it answered", {
              remedy: `its log is ${this.folder.logFile}`,
            }),
          ),
        );
      signal?.addEventListener("abort", abort, { once: true });
      if (signal?.aborted === true) {
        abort();
        return;
      }
      readLines(socket, { limitBytes: REPLY_LIMIT_BYTES, onLine, onTooLong });
      socket.once("close", onClose);
      socket.write(encode(request));
    });
  }

  /** Resolves when the other side has gone. */
  async closed(signal: AbortSignal): Promise<void> {
    if (!this.socket.closed) await once(this.socket, "close", { signal });
  }

  close(): void {
    this.socket.destroy();
  }
}
