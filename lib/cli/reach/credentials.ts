import { UsageError } from "../../errors";
import type { UserCredentials } from "../../verification";

/** A user as it was named, and by what. */
export interface NamedUser {
  /** `name` or `name:password`, as etcdctl takes it. */
  readonly text: string;
  /** `--user` or a variable, for messages. */
  readonly origin: string;
}

/**
 * @param password of ETCDCTL_PASSWORD, for a user named without one
 * @throws {UsageError} when there is no password, or no name
 */
export function credentialsOf({ text, origin }: NamedUser, password: string | undefined): UserCredentials {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const ownPassword = colon < 0 ? undefined : text.slice(colon + 1);
  if (name === "")
    throw new UsageError(`${origin} names no user`, { remedy: "Write NAME or NAME:PASSWORD." });
  const chosen = ownPassword ?? password;
  if (chosen === undefined || chosen === "")
    throw new UsageError(`there is no password for the user ${name} of ${origin}`, {
      remedy:
        "Set ETCDCTL_PASSWORD; --user NAME:PASSWORD works too, but everybody on this machine can see a command line.",
    });
  return { name, password: chosen };
}
