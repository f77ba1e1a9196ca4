import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** PEM files of one key pair. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority of a test, in a folder of its own, made by openssl. */
export class TestAuthority {
  private constructor(
    private readonly folder: string,
    private readonly files: CertificateFiles,
  ) {}

  static async create(folder: string): Promise<TestAuthority> {
    await mkdir(folder, { recursive: true });
    const files = filesIn(folder, "ca");
    await certificate(files, "test CA", ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]);
    return new TestAuthority(folder, files);
  }

  get caFile(): string {
    return this.files.certFile;
  }

  /** For both directions, as etcd's peers and its own gateway need it; valid for loopback. */
  async issue(name: string, options: { readonly names?: readonly string[] } = {}): Promise<CertificateFiles> {
    const { names = ["DNS:localhost", "IP:127.0.0.1"] } = options;
    const files = filesIn(this.folder, name);
    await certificate(files, name, [
      ...["-CA", this.files.certFile, "-CAkey", this.files.keyFile],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-addext", "extendedKeyUsage=serverAuth,clientAuth"],
      ...["-addext", `subjectAltName=${names.join(",")}`],
    ]);
    return files;
  }
}

function filesIn(folder: string, name: string): CertificateFiles {
  return { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
}

async function certificate(
  { certFile, keyFile }: CertificateFiles,
  commonName: string,
  more: readonly string[],
): Promise<void> {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", keyFile];
  await run("openssl", [
    "req",
    "-x509",
    ...key,
    "-out",
    certFile,
    "-days",
    // Long enough for nobody to warn of its end.
    "90",
    "-subj",
    `/CN=${commonName}`,
    ...more,
  ]);
}
