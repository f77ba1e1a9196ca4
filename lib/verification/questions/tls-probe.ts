import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate, type SecureContext, type TLSSocket } from "node:tls";
import type { Address } from "../../client";

/** What can be seen of a server by shaking hands with it, whoever signed its certificate. */
export interface TlsSight {
  /** Whether a TCP connection came about. A frozen process takes one too: its kernel does. */
  readonly connected: boolean;
  /** The server's certificate first, then what is known of those above it; empty if it showed none. */
  readonly chain: readonly X509Certificate[];
  /** OpenSSL's code for what it holds against the chain; `undefined` also if the handshake did not get that far. */
  readonly chainError: string | undefined;
  /**
   * `accepted`: the server spoke to us after it had seen what certificate we gave, or that we gave none.
   * `refused`: it sent an alert about that, or hung up then. `undecided`: neither in time.
   */
  readonly answer: "accepted" | "refused" | "undecided";
  /** Node's code of what ended the connection; `undefined` if nothing but our patience did. */
  readonly error: string | undefined;
}

/** Whom to connect to, and whom to ask for: they differ through a tunnel. */
export interface TlsPeer {
  readonly address: Address;
  readonly serverName: string;
}

/** As Node spells the alerts about a client's certificate; etcd 3.4 sends 42 for all of them. RFC 8446, 6.2. */
const REFUSES_CERTIFICATE =
  /^ERR_SSL_\w+_ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA|ACCESS_DENIED)$/;

/**
 * Shakes hands with a server and listens for what it makes of us. In TLS 1.3 a client is through before the server has looked at its
 * certificate: only what the server says next (a session ticket, HTTP/2 settings or an alert) tells. etcd says it within a millisecond.
 */
export function tlsProbe(
  { address, serverName }: TlsPeer,
  secureContext: SecureContext,
  timeoutMs: number,
): Promise<TlsSight> {
  return new Promise((resolve) => {
    let sight: TlsSight = {
      connected: false,
      chain: [],
      chainError: undefined,
      answer: "undecided",
      error: undefined,
    };
    let isThrough = false;
    const add = (seen: Partial<TlsSight>): void => void (sight = { ...sight, ...seen });
    const socket = connect({
      ...address,
      // No server name may be sent that is an address: RFC 6066, 3.
      servername: isIP(serverName) === 0 ? serverName : "",
      secureContext,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ALPNProtocols: ["h2", "http/1.1"],
    });
    // Not the socket's idle timeout: a server that sends a byte now and then would keep that from ever firing.
    const timer = setTimeout(() => socket.destroy(), timeoutMs);
    const accepted = (): void => {
      add({ answer: "accepted" });
      socket.destroy();
    };
    socket.on("connect", () => add({ connected: true }));
    socket.on("keylog", (line: Buffer) => {
      // In TLS 1.2 a server that refuses us does so before `secureConnect`; with its key at hand its certificate has been read.
      if (line.subarray(0, 13).toString() === "CLIENT_RANDOM") add({ chain: chainOf(socket) });
    });
    socket.on("secureConnect", () => {
      isThrough = true;
      // The code, whatever the types say: https://nodejs.org/docs/latest-v20.x/api/tls.html#tlssocketauthorizationerror
      const chainError = socket.authorized ? undefined : String(socket.authorizationError);
      add({ chain: chainOf(socket), chainError });
      if (socket.getProtocol() === "TLSv1.2") accepted();
    });
    socket.on("session", () => socket.getProtocol() === "TLSv1.3" && accepted());
    socket.on("data", accepted);
    socket.on("error", ({ code }: NodeJS.ErrnoException) => {
      const isAboutUs = REFUSES_CERTIFICATE.test(code ?? "");
      add({ error: code ?? "unknown", ...(isAboutUs ? { answer: "refused" } : {}) });
    });
    socket.on("end", () => add({ error: sight.error ?? "ECONNRESET" }));
    socket.on("close", () => {
      clearTimeout(timer);
      // In TLS 1.2 the rest of what we said stays unread then, for which the kernel resets the connection: the alert may get lost.
      const isCutOff = !isThrough && sight.chain.length > 0 && sight.error !== undefined;
      resolve(isCutOff ? { ...sight, answer: "refused" } : sight);
    });
  });
}

/** Not `getPeerX509Certificate`, which takes the certificate out of the connection: the second call finds none (Node 20). */
function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  // Empty if there is none, whatever the types say.
  let next: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && next.fingerprint256 !== undefined && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    chain.push(new X509Certificate(next.raw));
    next = next.issuerCertificate;
  }
  return chain;
}
