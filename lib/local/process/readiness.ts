import { request } from "node:http";
import { connect } from "node:tls";

const PROBE_TIMEOUT_MS = 1_000;

/**
 * Whether etcd serves its peer URL. A connection alone proves little: the socket listens before etcd has opened its data, and
 * it may still die of that. An answer needs no quorum, so the first member of three gets here alone.
 */
export function servesPeers(peerUrl: string): Promise<boolean> {
  const url = new URL(peerUrl);
  return url.protocol === "https:" ? answersTls(url) : answersHttp(url);
}

function answersHttp(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      new URL("/version", url),
      { agent: false, timeout: PROBE_TIMEOUT_MS },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(false));
    call.on("close", () => resolve(false));
    call.end();
  });
}

// The handshake is an answer already, also when it ends in "certificate required": this program has no peer certificate.
function answersTls(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), rejectUnauthorized: false });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => finish(false));
    socket.once("secureConnect", () => finish(true));
    socket.on("error", (error: NodeJS.ErrnoException) => finish(error.code?.startsWith("ERR_SSL") === true));
  });
}
