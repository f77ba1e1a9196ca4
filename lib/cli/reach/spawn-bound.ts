import { spawn, type ChildProcess } from "node:child_process";

/** Between asking a group to end and killing it, when nobody is there any more to wait. */
const GRACE_S = 3;

/**
 * A process that is killed runs nothing of its own any more, so somebody else has to notice: a shell in the background of the group
 * waits for the end of a pipe that nobody but this process holds open. POSIX lets it ignore SIGINT, so that it outlives the first signal.
 */
const WATCHED = `
(read -r _; kill -INT 0; sleep ${GRACE_S}; kill -KILL 0) <&3 >/dev/null 2>&1 &
exec "$@" 3<&-
`;

/** How a shell ends when it cannot start a program: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_08_02 */
const NOT_STARTED: Readonly<Record<number, string>> = { 126: "EACCES", 127: "ENOENT" };

/**
 * Starts a program in a process group of its own that ends with this process, however that ends. The child's pid is the program's, and
 * the group's. Whoever sees it exit has to kill the group, as somebody in it still watches then.
 */
export function spawnBound(
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): ChildProcess {
  // Its input is left open: at the end of that a program may end too.
  const stdio = ["pipe", "pipe", "pipe", "pipe"] as const;
  return spawn("/bin/sh", ["-c", WATCHED, "sh", program, ...args], {
    detached: true,
    stdio: [...stdio],
    env,
  });
}

/** Why the program was not started, as Node's code of the error; `undefined` if it was. */
export function notStarted(exitCode: number | null): string | undefined {
  return exitCode === null ? undefined : NOT_STARTED[exitCode];
}
