import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";

/**
 * The first line that a program prints to say that it is ready.
 * @throws Error with what it wrote to standard error when it ends before
 */
export function firstLine(program: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ["", ""];
    program.once("error", reject);
    program.once("close", (code) => {
      const name = program.spawnfile;
      reject(new Error(`${name} ended with ${String(code)} before it was ready:\n${stderr}${stdout}`));
    });
    program.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    program.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      const end = stdout.indexOf("\n");
      if (end >= 0) resolve(stdout.slice(0, end));
    });
  });
}

/** Lets this process end although the program runs. */
export function unref(program: ChildProcess): void {
  program.unref();
  // Pipes to a child are sockets, which their types do not say.
  for (const stream of [program.stdin, program.stdout, program.stderr]) (stream as Socket | null)?.unref();
}
