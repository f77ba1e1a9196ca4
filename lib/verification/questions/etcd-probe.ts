import { request as requestInTheClear, type ClientRequest, type IncomingMessage } from "node:http";
import { request as requestOverTls } from "node:https";
import type { Address } from "../expectation";

const MAX_ANSWER_BYTES = 4096;

/** `silent` also for a connection that breaks off: then nobody has said who is there. */
export type ProbeAnswer = "etcd" | "other" | "silent";

/**
 * Who gives themselves away there, with or without TLS, whoever signed the certificate: etcd by its answer to `GET /version`, or by
 * the refusal of a client without a certificate.
 */
export async function etcdProbe({ host, port }: Address, timeoutMs: number): Promise<ProbeAnswer> {
  const address = { host, port, path: "/version", agent: false } as const;
  const answers = await Promise.all([
    answerTo((take) => requestInTheClear(address, take), timeoutMs),
    answerTo((take) => requestOverTls({ ...address, rejectUnauthorized: false }, take), timeoutMs),
  ]);
  return (
    answers.find((answer) => answer === "etcd") ?? answers.find((answer) => answer === "other") ?? "silent"
  );
}

/** As Node spells the alerts 116, 42 (etcd before 3.5) and their like. */
const WANTS_CERTIFICATE = /^ERR_SSL_\w+_ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE)$/;

function answerTo(
  send: (take: (response: IncomingMessage) => void) => ClientRequest,
  timeoutMs: number,
): Promise<ProbeAnswer> {
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
