import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestAuthority } from "../../support/certificates";
import { s3HostName } from "./aws-names";

export interface S3Certificate {
  /** Of the CA that the machines have to trust. */
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

/** A certificate for S3 in a region, by a CA that nobody else knows. */
export async function s3Certificate(region: string): Promise<S3Certificate> {
  const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-s3-"));
  try {
    const authority = await TestAuthority.create(folder);
    const host = s3HostName(region);
    const names = [`DNS:${host}`, `DNS:*.${host}`];
    const { certFile, keyFile } = await authority.issue(host, { names });
    const [caPem, certPem, keyPem] = await Promise.all(
      [authority.caFile, certFile, keyFile].map((file) => readFile(file, "utf8")),
    );
    return { caPem: caPem!, certPem: certPem!, keyPem: keyPem! };
  } finally {
    await rm(folder, { recursive: true });
  }
}
