import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";

/**
 * Waits until nobody holds its standard input open any more, then ends every process that works in the folder, and removes it.
 * Whoever deploys for real starts programs that outlive it by design, so that no handler in the test's own process is enough: that
 * may be killed.
 */
const SCRIPT = `
cat >/dev/null
workers() {
  for process in /proc/[0-9]*; do
    case "$(readlink "$process/cwd")" in "$1" | "$1"/*) echo "\${process#/proc/}" ;; esac
  done
}
attempt=0
while pids=$(workers "$1") && [ -n "$pids" ] && [ "$attempt" -lt 100 ]; do
  if [ "$attempt" -lt 50 ]; then kill -TERM $pids; kill -CONT $pids; else kill -KILL $pids; fi
  sleep 0.1
  attempt=$((attempt + 1))
done
rm -rf "$1"
`;

/** Cleans a folder up when it is told to, or when this process ends, however that comes. */
export class Reaper {
  private readonly child: ChildProcess;

  constructor(folder: string) {
    // In a session of its own, out of reach of Ctrl-C.
    this.child = spawn("/bin/sh", ["-c", SCRIPT, "sh", folder], {
      cwd: "/",
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.child.unref();
    (this.child.stdin as Socket).unref();
  }

  /** Resolves when all is clean. */
  async reap(): Promise<void> {
    this.child.ref();
    const exit = once(this.child, "exit");
    this.child.stdin?.end();
    await exit;
  }
}
