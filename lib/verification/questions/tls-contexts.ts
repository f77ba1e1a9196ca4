import { createSecureContext, type SecureContext } from "node:tls";
import type { TlsOptions } from "./endpoint-client";
import { foreignCertificate } from "./foreign-certificate";

/** What to shake hands with, in the parts that there are; each is made once, because reading CAs takes milliseconds. */
export class TlsContexts {
  private readonly made = new Map<string, SecureContext>();

  constructor(readonly options: TlsOptions = {}) {}

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
