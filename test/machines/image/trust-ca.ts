import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { rootFileSystem } from "./root-file-system";
import { writeMachineFile } from "./write-file";

/** What OpenSSL, and with it Python and curl, reads first on Debian 13: /usr/lib/ssl/cert.pem is a link to it. */
const BUNDLE = "etc/ssl/certs/ca-certificates.crt";
/** Where update-ca-certificates(8) looks when it makes the bundle anew. */
const LOCAL_CERTIFICATE = "usr/local/share/ca-certificates/test-machines.crt";

/**
 * Makes a machine trust a certificate authority besides those of its image.
 * @param root the machine's own files, which are there instead of the image's
 */
export async function trustCa(root: string, caPem: string): Promise<void> {
  const certificate = `${caPem.trim()}\n`;
  const bundle = await readFile(join(await rootFileSystem(), BUNDLE), "utf8");
  await writeMachineFile(root, BUNDLE, bundle + certificate);
  await writeMachineFile(root, LOCAL_CERTIFICATE, certificate);
}
