/** A project's folder with a definition, and its certificates looked at from outside. */
import { execFile, execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import type { AwsCluster, Cluster, LocalCluster } from "../../lib/cluster/cluster";
import { defineCluster } from "../../lib/cluster/define";
import type { ClusterDefinition } from "../../lib/cluster/definition";
import { pkiLayout, type KeyPairFiles } from "../../lib/cluster/pki-layout";
import { ensurePki, pkiMistakes, type PkiStep, type PkiWriteOptions } from "../../lib/pki";

export const MS_PER_DAY = 24 * 60 * 60 * 1000;
export const REGION = { region: "eu-central-1" };

export function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * MS_PER_DAY);
}

export function onLocal(definition: Partial<ClusterDefinition> = {}): LocalCluster {
  return defineCluster({ name: "demo", ...definition }, "local") as LocalCluster;
}

export function onAws(definition: Partial<ClusterDefinition> = {}): AwsCluster {
  return defineCluster({ name: "demo", aws: REGION, ...definition, target: "aws" });
}

export class PkiProject {
  readonly layout = pkiLayout("demo");

  private constructor(readonly folder: string) {}

  /** An empty folder, removed at the end of the test. */
  static create(): PkiProject {
    const project = PkiProject.createKept();
    onTestFinished(() => project.dispose());
    return project;
  }

  static createKept(): PkiProject {
    return new PkiProject(realpathSync(mkdtempSync(join(tmpdir(), "cdktf-etcd-pki-"))));
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** With all certificates of the cluster. */
  static async withCertificates(clusters: Cluster | Cluster[] = onLocal()): Promise<PkiProject> {
    const project = PkiProject.create();
    await project.ensure(clusters);
    return project;
  }

  ensure(clusters: Cluster | Cluster[] = onLocal(), options: PkiWriteOptions = {}): Promise<PkiStep[]> {
    return ensurePki(clusters, { projectDir: this.folder, ...options });
  }

  /** `FILE what is wrong`, as a deploy would say it. */
  mistakes(cluster: Cluster = onLocal(), now?: Date): string[] {
    return pkiMistakes(cluster, { projectDir: this.folder, now }).map(({ message }) => message);
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  read(file: string): string {
    return readFileSync(this.path(file), "utf8");
  }

  write(file: string, text: string | Buffer): void {
    writeFileSync(this.path(file), text);
  }

  mode(file: string): string {
    return (statSync(this.path(file)).mode & 0o7777).toString(8);
  }

  certificate(files: KeyPairFiles): X509Certificate {
    return new X509Certificate(this.read(files.certFile));
  }

  /** Every file below `pki/`, with what is in it. */
  contents(): Record<string, string> {
    const names = readdirSync(this.path("pki"), { recursive: true, encoding: "utf8" }).toSorted();
    return Object.fromEntries(
      names
        .filter((name) => lstatSync(this.path(join("pki", name))).isFile())
        .map((name) => [
          name,
          createHash("sha256")
            .update(this.read(join("pki", name)))
            .digest("hex"),
        ]),
    );
  }

  openssl(...args: string[]): string {
    return execFileSync("openssl", args, { cwd: this.folder, encoding: "utf8", stdio: "pipe" });
  }

  /** What `openssl verify` says of a certificate as strictly as it can: `…: OK`, or its error. */
  async verify(ca: KeyPairFiles, leaf: KeyPairFiles, ...more: string[]): Promise<string> {
    const args = ["verify", "-x509_strict", "-check_ss_sig", "-CAfile", ca.certFile, ...more, leaf.certFile];
    try {
      const { stdout } = await promisify(execFile)("openssl", args, { cwd: this.folder });
      return stdout.trim();
    } catch (error) {
      return (error as { stderr: string }).stderr.trim();
    }
  }

  /** Signs a certificate of its own with one of the CAs: what nobody but a person would have made. */
  signByHand(ca: KeyPairFiles, leaf: KeyPairFiles, extensions: readonly string[]): void {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", leaf.keyFile];
    const signer = ["-CA", ca.certFile, "-CAkey", ca.keyFile];
    this.openssl(
      ...["req", "-x509", ...key, "-out", leaf.certFile, "-days", "90", "-subj", "/CN=by-hand"],
      ...signer,
      ...["basicConstraints=critical,CA:FALSE", ...extensions].flatMap((text) => ["-addext", text]),
    );
  }

  /** A CA of its own. */
  makeCaByHand(files: KeyPairFiles, algorithm: readonly string[] = ["rsa:2048"]): void {
    this.openssl(
      ...[
        "req",
        "-x509",
        "-newkey",
        ...algorithm,
        "-nodes",
        "-keyout",
        files.keyFile,
        "-out",
        files.certFile,
      ],
      ...["-days", "3650", "-subj", "/O=Example/CN=CA by hand", "-addext", "keyUsage=critical,keyCertSign"],
    );
  }
}
