import type { Check, CheckContext, Finding } from "../check";
import { findNewestSnapshot, type SnapshotFile } from "../snapshots/newest-snapshot";
import { inspectSnapshot, type SnapshotState } from "../snapshots/inspect-snapshot";
import { humanizeBytes } from "../printers/humanize-bytes";
import { humanizeDuration } from "../printers/humanize-duration";
import type { SnapshotFolder } from "../options";
import { withDeadline } from "../../client";

const takeOne =
  "Take one with `etcdctl snapshot save` from a healthy member, and see why the regular ones stopped.";

export const snapshotAge: Check = {
  id: "snapshot-age",
  title: "a recent snapshot is at hand, and whole",
  skip: ({ snapshots }) => (snapshots === undefined ? "no backups are configured" : undefined),
  run: async (context) => (context.snapshots === undefined ? [] : [await judge(context, context.snapshots)]),
};

async function judge(
  { callTimeoutMs, signal }: CheckContext,
  { folder, maxAgeMs }: SnapshotFolder,
): Promise<Finding> {
  // A network file system that hangs makes every look into it hang.
  const look = withDeadline(findNewestSnapshot(folder), callTimeoutMs, () => new Error("too late"));
  const newest = await look.catch((): undefined => undefined);
  if (newest === undefined) {
    return {
      outcome: "skipped",
      reason: `the snapshot folder ${folder} gave no answer within ${callTimeoutMs} ms`,
    };
  }
  if ("problem" in newest) {
    return { outcome: "failed", reason: newest.problem, remedy: takeOne };
  }
  try {
    const state = await inspectSnapshot(newest, { timeoutMs: callTimeoutMs, signal });
    return judgeSnapshot(newest, state, { now: Date.now(), maxAgeMs });
  } catch (error) {
    return {
      outcome: "failed",
      reason: `the newest snapshot, ${newest.name}, cannot be read: ${(error as Error).message}`,
      remedy: takeOne,
    };
  }
}

/** What is to be said about the newest snapshot. */
function judgeSnapshot(
  { name, sizeBytes, modifiedAt }: SnapshotFile,
  state: SnapshotState,
  { now, maxAgeMs }: { readonly now: number; readonly maxAgeMs: number },
): Finding {
  const ageMs = Math.max(0, now - modifiedAt.getTime());
  const said = `${name}, ${humanizeBytes(sizeBytes)}, ${humanizeDuration(ageMs)} old`;
  if (state === "broken") {
    return {
      outcome: "failed",
      reason: `the newest snapshot is damaged or was not written to its end (${said})`,
      remedy: `Delete it, so that nobody relies on it. ${takeOne}`,
    };
  }
  if (ageMs > maxAgeMs) {
    return {
      outcome: "failed",
      reason: `the newest snapshot is older than ${humanizeDuration(maxAgeMs)} (${said})`,
      remedy: takeOne,
    };
  }
  if (state === "no-checksum") {
    return {
      outcome: "warned",
      reason: `the newest snapshot has no checksum: it is a copy of a database file (${said})`,
      remedy:
        "Take snapshots with `etcdctl snapshot save`: a copy of a file that is in use may be torn, and needs `--skip-hash-check` to be restored.",
    };
  }
  return {
    outcome: "passed",
    reason: state === "whole" ? said : `${said}, its checksum not computed for want of time`,
  };
}
