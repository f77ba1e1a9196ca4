/** Has a folder cleaned up after itself, starts a program there that outlives it, prints its number, and stays: for the test that kills it. */
import { spawn } from "node:child_process";
import { Reaper } from "./reaper";

const folder = process.argv[2] ?? "";
new Reaper(folder);
const child = spawn("sleep", ["infinity"], { cwd: folder, detached: true, stdio: "ignore" });
console.log(child.pid);
setInterval(() => undefined, 60_000);
