/** Files that are there as a whole or not at all, with the mode they must have, whatever the umask says. */
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { KeyPairFiles } from "../cluster/pki-layout";
import { explainSystemError } from "../system-error";
import type { PemPair } from "./make-certificate";

const KEY_MODE = 0o600;
const CERTIFICATE_MODE = 0o644;
const FOLDER_MODE = 0o700;

/** Far longer than a run takes; what is older was left by one that was killed. */
const ABANDONED_MS = 60_000;

/** The folder of the files, and what keeps git away from all of it. */
export function makePkiFolder(folder: string): void {
  explained(() => {
    makeFolder(folder);
    const ignore = join(dirname(folder), ".gitignore");
    if (!existsSync(ignore)) publish(ignore, "*\n", CERTIFICATE_MODE);
  });
}

/**
 * Writes the pair of a CA, unless there is one: nothing is ever overwritten, and no two runs can both believe that
 * theirs is the one.
 *
 * @returns whether these are the files now
 */
export function publishAuthority(files: KeyPairFiles, pem: PemPair): boolean {
  return explained(() => {
    // The certificate is on disk before the key is: whoever finds the key alone can finish the work, see finishAuthority.
    const certificate = stage(files.certFile, pem.certificate, CERTIFICATE_MODE);
    try {
      if (!publish(files.keyFile, pem.key, KEY_MODE)) return false;
      try {
        link(certificate, files.certFile);
      } catch (error) {
        rmSync(files.keyFile, { force: true });
        throw error;
      }
      return true;
    } finally {
      rmSync(certificate, { force: true });
    }
  });
}

/** Puts the certificate of a CA to its key where a run was killed between the two, or is just there. */
export function finishAuthority({ certFile, keyFile }: KeyPairFiles): void {
  if (existsSync(certFile) || !existsSync(keyFile)) return;
  for (const staged of stagedIn(dirname(certFile)).filter((path) => isStagedFor(path, certFile))) {
    try {
      const key = createPrivateKey(readFileSync(keyFile));
      if (new X509Certificate(readFileSync(staged)).checkPrivateKey(key)) link(staged, certFile);
    } catch {
      // Half a file, or gone by now: not what is looked for.
    }
  }
}

/** Replaces a pair, the key first: a pair that was cut short is found by its key, which does not belong to the certificate. */
export function replaceLeaf(files: KeyPairFiles, pem: PemPair): void {
  explained(() => {
    makeFolder(dirname(files.keyFile));
    replace(files.keyFile, pem.key, KEY_MODE);
    replace(files.certFile, pem.certificate, CERTIFICATE_MODE);
  });
}

/** Takes a key from everybody but its owner. */
export function closeToOthers(keyFile: string): void {
  explained(() => {
    const descriptor = openSync(keyFile, "r");
    try {
      fchmodSync(descriptor, KEY_MODE);
    } finally {
      closeSync(descriptor);
    }
  });
}

/** Removes what runs left that were killed in the middle of a file. */
export function removeAbandoned(folder: string): void {
  for (const path of stagedIn(folder)) {
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
    if (age > ABANDONED_MS) rmSync(path, { force: true });
  }
}

/** Not mkdir's own `recursive`: on a read-only file system that says ENOENT. https://github.com/nodejs/node/issues/47098 */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: FOLDER_MODE });
  } catch (error) {
    // Another run may have been faster.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

function replace(path: string, content: string, mode: number): void {
  const staged = stage(path, content, mode);
  try {
    renameSync(staged, path);
  } finally {
    rmSync(staged, { force: true });
  }
}

function publish(path: string, content: string, mode: number): boolean {
  const staged = stage(path, content, mode);
  try {
    return link(staged, path);
  } finally {
    rmSync(staged, { force: true });
  }
}

/** Unlike rename(2), link(2) fails when the name is taken; unlike open(2) with O_EXCL, it never shows half a file. */
function link(staged: string, path: string): boolean {
  try {
    linkSync(staged, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function stage(path: string, content: string, mode: number): string {
  const staged = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.part`);
  const descriptor = openSync(staged, "wx", mode);
  try {
    fchmodSync(descriptor, mode);
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(staged, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return staged;
}

function stagedIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\..+\.[0-9a-f]{12}\.part$/.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function isStagedFor(staged: string, path: string): boolean {
  return basename(staged).startsWith(`.${basename(path)}.`);
}

/** What the operating system refused is a failure for a person; anything else is our bug and stays as it is. */
function explained<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainSystemError("cannot keep certificates", error);
  }
}
