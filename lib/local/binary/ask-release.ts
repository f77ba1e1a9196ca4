import { open } from "node:fs/promises";
import { parseRelease } from "../../cluster/etcd-release";
import { runProgram } from "../run-program";

/** What a binary said about itself: its release, or why it cannot be used. */
export type ReleaseAnswer =
  | { readonly release: string; readonly problem?: undefined }
  | { readonly release?: undefined; readonly problem: string };

// A cold 25 MB binary on a busy machine takes about a second to print its version.
const VERSION_TIMEOUT_MS = 20_000;

/** Runs `etcd --version`: the only answer that also proves that the binary runs on this machine. */
export async function askRelease(etcd: string, signal?: AbortSignal): Promise<ReleaseAnswer> {
  const foreign = await foreignFormat(etcd);
  if (foreign !== undefined) return { problem: foreign };
  const result = await runProgram(etcd, ["--version"], {
    // Without the caller's ETCD_* variables: a wrong one there must not decide whether this is etcd.
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
    timeoutMs: VERSION_TIMEOUT_MS,
    signal,
  });
  const said = /^etcd Version: (\S+)$/m.exec(result.stdout)?.[1];
  if (said !== undefined && parseRelease(said) !== undefined) return { release: said };
  if (said !== undefined) return { problem: `says it is etcd "${said}", which is not a final release` };
  if (result.failure !== undefined) return { problem: `does not run here: ${result.failure}` };
  return { problem: `is not etcd: "--version" does not print "etcd Version: ..."` };
}

// e_machine of elf(5) for what Node calls process.arch.
const ELF_MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/**
 * What Linux cannot execute as a program: execvp(3), which Node uses, would hand such a file to the shell as a script, and
 * half a binary would be carried out as commands.
 */
async function foreignFormat(file: string): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  const header = await readHeader(file);
  if (header === undefined || header.toString("latin1", 0, 2) === "#!") return undefined;
  if (header.toString("latin1", 0, 4) !== "\x7fELF") return "is not a program";
  const machine = ELF_MACHINES[process.arch];
  const same = machine === undefined || header.readUInt16LE(18) === machine;
  return same ? undefined : `is built for another processor than this machine's (${process.arch})`;
}

/** @returns undefined when the file cannot be read: running it says why */
async function readHeader(file: string): Promise<Buffer | undefined> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const header = Buffer.alloc(20);
    await handle.read(header, 0, header.length, 0);
    return header;
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}
