import type { AwsCluster } from "./cluster";
import { tarballName, tarballUrl } from "./etcd-release";

/** Environment variable in which a deploy tells the CLI which tarball to fetch, as JSON. */
export const TARBALL_VARIABLE = "CDKTF_ETCD_TARBALL";

/** A release tarball that a deploy is to have on this machine before it is uploaded. */
export interface TarballOrder {
  readonly url: string;
  readonly sha256: string;
  /** Where it is to be, relative to the project's folder: Terraform's state keeps this path. */
  readonly file: string;
}

/** Undefined when the sha256 is not known; the definition's rules see to it that it is. */
export function tarballOrder({ etcd, aws }: Pick<AwsCluster, "etcd" | "aws">): TarballOrder | undefined {
  const sha256 = etcd.sha256[aws.architecture];
  if (sha256 === undefined) return undefined;
  return {
    url: tarballUrl(etcd.release, aws.architecture, etcd.downloadBaseUrl),
    sha256,
    file: `.cdktf-etcd/tarballs/${tarballName(etcd.release, aws.architecture)}`,
  };
}
