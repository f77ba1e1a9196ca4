import { request as requestInTheClear, type ClientRequest, type IncomingMessage } from "node:http";
import { request as requestOverTls } from "node:https";
import type { Address } from "../../client";

const MAX_ANSWER_BYTES = 4096;

/** `silent` also for a connection that breaks off: then nobody has said who is there. */
export type VersionAnswer = "etcd" | "other" | "silent";

/** Who answers to `GET /version` in plain text; etcd does at its ports for clients and for peers. */
export function versionInTheClear({ host, port }: Address, timeoutMs: number): Promise<VersionAnswer> {
  const options = { host, port, path: "/version", agent: false } as const;
  return answerTo((take) => requestInTheClear(options, take), timeoutMs);
}

/**
 * Who answers over TLS, whoever signed the certificate. A server that wants a certificate of its clients counts as etcd: a proxy on
 * the way does not.
 */
export function versionOverTls({ host, port }: Address, timeoutMs: number): Promise<VersionAnswer> {
  const options = { host, port, path: "/version", agent: false, rejectUnauthorized: false } as const;
  return answerTo((take) => requestOverTls(options, take), timeoutMs);
}

/** As Node spells the alerts 116, 42 (etcd before 3.5) and their like. */
const WANTS_CERTIFICATE = /^ERR_SSL_\w+_ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE)$/;

function answerTo(
  send: (take: (response: IncomingMessage) => void) => ClientRequest,
  timeoutMs: number,
): Promise<VersionAnswer> {
  return new Promise((resolve) => {
    let isAnswered = false;
    const call = send((response) => {
      isAnswered = true;
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > MAX_ANSWER_BYTES) call.destroy();
      });
      response.on("end", () => resolve(/"etcdserver"\s*:/.test(text) ? "etcd" : "other"));
    });
    // Not the socket's idle timeout: a server that sends a byte now and then would keep that from ever firing.
    const timer = setTimeout(() => call.destroy(), timeoutMs);
    call.on("error", ({ code }: NodeJS.ErrnoException) => {
      if (WANTS_CERTIFICATE.test(code ?? "")) resolve("etcd");
    });
    call.on("close", () => {
      clearTimeout(timer);
      resolve(isAnswered ? "other" : "silent");
    });
    call.end();
  });
}
