import { randomBytes } from "node:crypto";

interface Token {
  readonly instanceId: string;
  readonly endsAtMs: number;
}

/** Tokens of the metadata service: each is good for the instance that asked for it, and not for longer than it asked for. */
export class SessionTokens {
  private readonly tokens = new Map<string, Token>();

  issue(instanceId: string, ttlSeconds: number): string {
    const nowMs = Date.now();
    for (const [token, { endsAtMs }] of this.tokens) if (endsAtMs <= nowMs) this.tokens.delete(token);
    const token = randomBytes(40).toString("base64");
    this.tokens.set(token, { instanceId, endsAtMs: nowMs + ttlSeconds * 1000 });
    return token;
  }

  /** How long a token is still good; undefined when it is not. */
  secondsLeft(token: string, instanceId: string): number | undefined {
    const found = this.tokens.get(token);
    if (found?.instanceId !== instanceId) return undefined;
    const leftMs = found.endsAtMs - Date.now();
    return leftMs > 0 ? Math.ceil(leftMs / 1000) : undefined;
  }
}
