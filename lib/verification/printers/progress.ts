import type { ProgressEvent } from "../wait-until-healthy";

/** One line per change: `etcd-1: connection refused`. */
export function renderProgress({ member, state }: ProgressEvent): string {
  return `${member}: ${state}`;
}
