import { Members, type TlsOptions } from "../client";
import { defaultCallTimeoutMs } from "../verification";
import { asking, type AskingOptions } from "./asking";

/** Who is asked, and for how long at most. */
export interface Reached {
  readonly members: Members;
  readonly callTimeoutMs: number;
  /** Who vouches for whom. */
  readonly tls: TlsOptions | undefined;
}

/**
 * Finds out whom to ask and opens the way there, for what any member can do; closes it whatever happens.
 *
 * @throws what {@link asking} does
 */
export function withMembers<T>(
  options: AskingOptions,
  signal: AbortSignal,
  use: (reached: Reached) => Promise<T>,
): Promise<T> {
  return asking(options, signal, async (ask) => {
    const { tls, user, connectTo, callTimeoutMs = defaultCallTimeoutMs } = ask;
    const endpoints = ask.endpoints ?? ask.expectation.members.map(({ endpoint }) => endpoint);
    const members = Members.open({ endpoints, tls, user, connectTo, callTimeoutMs });
    try {
      return await use({ members, callTimeoutMs, tls });
    } finally {
      members.close();
    }
  });
}
