import type { ProgressEvent } from "../wait-until-healthy";
import { oneLine } from "./one-line";

/** One line per change: `etcd-1: connection refused`. */
export function renderProgress({ member, state }: ProgressEvent): string {
  return oneLine(`${member}: ${state}`);
}
