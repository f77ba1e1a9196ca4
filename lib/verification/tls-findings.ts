import type { Finding } from "./check";
import { isAboutUser, type Target } from "../client";
import type { StatusAnswer } from "./questions/ask";

export const isPlainText = (url: string): boolean => !url.startsWith("https:");

/** Of a member that gave no status the cause is told elsewhere; one that only minds who asks can be looked at. */
export function noAnswer(target: Target, status: StatusAnswer): Finding | undefined {
  return status.ok || isAboutUser(status.problem.kind)
    ? undefined
    : { outcome: "skipped", target, reason: "does not answer" };
}
