import { createSecureContext, type SecureContext } from "node:tls";
import { UsageError } from "../../errors";
import { certificatesIn } from "./certificate";
import type { TlsOptions } from "../../client";
import { foreignCertificate } from "./foreign-certificate";

/** What to shake hands with, in the parts that there are; each is made once, because reading CAs takes milliseconds. */
export class TlsContexts {
  private readonly made = new Map<string, SecureContext>();

  /** @throws UsageError for what is no CA, no certificate, or a certificate with another one's key */
  constructor(readonly options: TlsOptions = {}) {
    const { ca, cert } = options;
    // Node takes any text for a CA, and trusts nobody then.
    if (ca !== undefined && certificatesIn(ca).length === 0) throw unusable("no certificate in the CA");
    try {
      if (cert !== undefined) this.own();
    } catch (error) {
      throw unusable(String(error), error);
    }
  }

  /** With the certificate that was given, if one was. */
  own(): SecureContext {
    const { ca, cert, key } = this.options;
    return this.once("own", { ca, cert, key });
  }

  /** Without a certificate. */
  bare(): SecureContext {
    return this.once("bare", { ca: this.options.ca });
  }

  /** With a certificate that nobody has reason to accept. */
  foreign(): SecureContext {
    return this.once("foreign", { ca: this.options.ca, ...foreignCertificate });
  }

  /** Without a certificate, for a port at which members meet. */
  peer(): SecureContext {
    return this.once("peer", { ca: this.options.peerCa ?? this.options.ca });
  }

  private once(name: string, options: Parameters<typeof createSecureContext>[0]): SecureContext {
    const context = this.made.get(name) ?? createSecureContext(options);
    this.made.set(name, context);
    return context;
  }
}

function unusable(why: string, cause?: unknown): UsageError {
  return new UsageError(`the TLS certificate, key or CA cannot be used: ${why}`, {
    remedy: "Give PEM files, and the key that belongs to the certificate.",
    cause,
  });
}
