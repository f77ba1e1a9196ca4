import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { CdktfEtcdError, UsageError } from "../../../../lib/errors";
import type { Asker } from "./lab-keeper";
import { readLines } from "./line-reader";
import { encode, parseRequest, REQUEST_LIMIT_BYTES, toWire, type Reply, type Request } from "./protocol";

/** More people and scripts than will ever ask at once. */
const CONNECTIONS = 64;
/** A command sends its request as soon as it is connected. */
const REQUEST_TIMEOUT_MS = 10_000;
/** What a command that does not read on may miss. */
const FLUSH_TIMEOUT_MS = 5_000;

export type Handle = (request: Request, asker: Asker) => Promise<unknown>;

/** Answers one request per connection; the connection stays until the one who asked closes it. */
export class LabServer {
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => {
    this.sockets.add(socket);
    socket.once("close", () => this.sockets.delete(socket));
    serve(socket, this.handle, this.log);
  });

  private constructor(
    private readonly handle: Handle,
    private readonly log: (line: string) => void,
  ) {
    this.server.maxConnections = CONNECTIONS;
  }

  static async listen(socketFile: string, handle: Handle, log: (line: string) => void): Promise<LabServer> {
    const server = new LabServer(handle, log);
    server.server.listen(socketFile);
    await once(server.server, "listening");
    return server;
  }

  /** Ends every connection when what was written to it has gone out. */
  async close(): Promise<void> {
    const closed = once(this.server, "close", { signal: AbortSignal.timeout(FLUSH_TIMEOUT_MS) });
    this.server.close();
    for (const socket of this.sockets) socket.end();
    await closed.catch(() => undefined);
  }
}

/** With its stack when nobody expected it: here it is for us. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof CdktfEtcdError ? error.message : (error.stack ?? error.message);
}

function serve(socket: Socket, handle: Handle, log: (line: string) => void): void {
  const gone = new AbortController();
  const send = (reply: Reply): void => {
    if (socket.writable) socket.write(encode(reply));
  };
  const fail = (error: unknown): void => {
    log(describe(error));
    send({ error: toWire(error) });
  };
  const timer = setTimeout(() => socket.destroy(), REQUEST_TIMEOUT_MS);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    clearTimeout(timer);
    gone.abort();
  });
  const asker: Asker = {
    progress: (line) => send({ progress: line }),
    output: (text) => send({ output: text }),
    gone: gone.signal,
  };
  let isAsked = false;
  const onLine = (line: string): void => {
    if (isAsked) {
      fail(new UsageError("a second request on one connection"));
      return;
    }
    isAsked = true;
    clearTimeout(timer);
    log(line);
    answer(line).then((result) => send({ result: result ?? null }), fail);
  };
  const answer = async (line: string): Promise<unknown> => handle(parseRequest(line), asker);
  const onTooLong = (): void => fail(new UsageError(`a request of more than ${REQUEST_LIMIT_BYTES} bytes`));
  readLines(socket, { limitBytes: REQUEST_LIMIT_BYTES, onLine, onTooLong });
}
