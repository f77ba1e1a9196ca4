import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Long enough for nobody to warn of its end. */
const LIFETIME_DAYS = 90;
const DAY_MS = 24 * 60 * 60 * 1000;

/** PEM files of one key pair. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface IssueOptions {
  /** Subject alternative names as openssl writes them. @default - loopback */
  readonly names?: readonly string[];
  /** The CA must be valid for as long. @default - now */
  readonly notBefore?: Date;
  /** @default - 90 days after `notBefore` */
  readonly notAfter?: Date;
  /** Words for `openssl req`, e.g. {@link RSA_1024}. @default - EC on P-256 */
  readonly key?: readonly string[];
  /** Digest of the signature, e.g. `sha1`. @default "sha256" */
  readonly digest?: string;
  /** @default - the file's name */
  readonly commonName?: string;
}

export const EC_P256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] as const;
export const EC_P224 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-224"] as const;
export const RSA_1024 = ["-newkey", "rsa:1024"] as const;
export const RSA_2048 = ["-newkey", "rsa:2048"] as const;

/** A certificate authority of a test, in a folder of its own, made by openssl. */
export class TestAuthority {
  private constructor(
    private readonly folder: string,
    private readonly files: CertificateFiles,
    readonly commonName: string,
  ) {}

  /** @param commonName default: that of every test's CA */
  static async create(folder: string, commonName = "test CA"): Promise<TestAuthority> {
    await mkdir(folder, { recursive: true });
    const files = filesIn(folder, "ca");
    const subject = [...EC_P256, "-subj", `/CN=${commonName}`, "-days", String(LIFETIME_DAYS)];
    const uses = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
    await run("openssl", ["req", "-x509", ...output(files), ...subject, ...uses]);
    return new TestAuthority(folder, files, commonName);
  }

  get caFile(): string {
    return this.files.certFile;
  }

  /** For both directions, as etcd's peers and its own gateway need it. */
  async issue(name: string, options: IssueOptions = {}): Promise<CertificateFiles> {
    const { names = ["DNS:localhost", "IP:127.0.0.1"], key = EC_P256, digest = "sha256" } = options;
    const files = filesIn(this.folder, name);
    const request = [
      ...[...key, `-${digest}`, "-subj", `/CN=${options.commonName ?? name}`],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-addext", "extendedKeyUsage=serverAuth,clientAuth"],
      ...["-addext", `subjectAltName=${names.join(",")}`],
    ];
    if (options.notBefore !== undefined || options.notAfter !== undefined) {
      const notBefore = options.notBefore ?? new Date();
      const notAfter = options.notAfter ?? new Date(notBefore.getTime() + LIFETIME_DAYS * DAY_MS);
      await this.sign(files, request, digest, notBefore, notAfter);
      return files;
    }
    const signing = ["-CA", this.files.certFile, "-CAkey", this.files.keyFile];
    await run("openssl", [
      ...["req", "-x509", ...output(files), ...signing, "-days", String(LIFETIME_DAYS)],
      ...request,
    ]);
    return files;
  }

  /** `openssl req` cannot give dates before 3.4; `openssl ca` can, but wants to keep books. */
  private async sign(
    files: CertificateFiles,
    request: readonly string[],
    digest: string,
    notBefore: Date,
    notAfter: Date,
  ): Promise<void> {
    const work = `${files.certFile}.signing`;
    await mkdir(work, { recursive: true });
    const [config, csr] = [join(work, "ca.cnf"), join(work, `${basename(files.certFile)}.csr`)];
    await writeFile(config, booksIn(work, digest));
    await writeFile(join(work, "index"), "");
    await run("openssl", ["req", "-new", "-nodes", "-out", csr, "-keyout", files.keyFile, ...request]);
    await run("openssl", [
      ...["ca", "-batch", "-notext", "-config", config, "-in", csr, "-out", files.certFile],
      ...["-cert", this.files.certFile, "-keyfile", this.files.keyFile],
      ...["-startdate", asn1Time(notBefore), "-enddate", asn1Time(notAfter)],
    ]);
  }
}

const booksIn = (folder: string, digest: string): string => `
[ca]
default_ca = books
[books]
database = ${join(folder, "index")}
new_certs_dir = ${folder}
rand_serial = yes
policy = anybody
default_md = ${digest}
copy_extensions = copy
x509_extensions = identifiers
[anybody]
commonName = supplied
[identifiers]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`;

/** `20261122T070000Z` without the T. */
const asn1Time = (date: Date): string => date.toISOString().replace(/[-:T]|\.\d+/g, "");

function filesIn(folder: string, name: string): CertificateFiles {
  return { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
}

const output = ({ certFile, keyFile }: CertificateFiles): string[] => [
  "-nodes",
  "-keyout",
  keyFile,
  "-out",
  certFile,
];
