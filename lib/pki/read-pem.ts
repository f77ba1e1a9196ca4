import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Problem, ProblemKind } from "./problem";

export type Read<T> =
  | { readonly value: T; readonly problems: readonly Problem[] }
  | { readonly value: undefined; readonly problems: readonly [Problem] };

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Every certificate in a PEM file; at least one. */
export function readCertificates(
  projectDir: string,
  file: string,
): Read<readonly [X509Certificate, ...X509Certificate[]]> {
  const text = readText(projectDir, file);
  if (text.value === undefined) return text;
  try {
    const [first, ...others] = (text.value.pem.match(CERTIFICATE) ?? []).map(
      (block) => new X509Certificate(block),
    );
    if (first !== undefined) return { value: [first, ...others], problems: [] };
  } catch {
    // What is in it says less to a person than that it is no certificate.
  }
  return problem("not-pem", file, "is not a PEM certificate");
}

/** A private key that nobody but its owner should be able to read; a problem with that alone still gives the key. */
export function readPrivateKey(projectDir: string, file: string): Read<KeyObject> {
  const text = readText(projectDir, file);
  if (text.value === undefined) return text;
  const { pem, mode } = text.value;
  const loose: readonly Problem[] =
    (mode & 0o077) === 0
      ? []
      : [
          {
            kind: "loose-mode",
            file,
            says: `is open to others than its owner: its mode is ${mode.toString(8).padStart(4, "0")}, and 0600 is allowed`,
          },
        ];
  if (pem.includes("ENCRYPTED"))
    return problem("not-pem", file, "is encrypted with a passphrase, and etcd takes none");
  try {
    if (pem.includes("PRIVATE KEY-----")) return { value: createPrivateKey(pem), problems: loose };
  } catch {
    // As above.
  }
  return problem("not-pem", file, "is not a PEM private key");
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ELOOP: "too many symbolic links",
  EIO: "the disk or device failed",
};

/** Of what is not a regular file nothing is read: a pipe would never end. */
function readText(projectDir: string, file: string): Read<{ readonly pem: string; readonly mode: number }> {
  const path = join(projectDir, file);
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return problem("not-a-file", file, "is not a regular file");
    return { value: { pem: readFileSync(path, "latin1"), mode: stat.mode & 0o7777 }, problems: [] };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return problem("missing", file, "is missing");
    if (code === "ENOTDIR") return problem("not-a-file", file, "lies below something that is not a folder");
    const reason = REASONS[code ?? ""] ?? message;
    return problem("unreadable", file, `cannot be read: ${reason}`);
  }
}

function problem(
  kind: ProblemKind,
  file: string,
  says: string,
): { value: undefined; problems: readonly [Problem] } {
  return { value: undefined, problems: [{ kind, file, says }] };
}
