import { bucketName, tarballKey } from "../cluster/bucket";
import type { AwsCluster } from "../cluster/cluster";
import { tarballName, tarballUrl } from "../cluster/etcd-release";
import { DefinitionError } from "../errors";
import {
  BUCKET_PROGRAM,
  CHECKSUM_FILE,
  fetchesKeys,
  INSTALL_SCRIPT,
  MOUNT_UNIT_NAME,
  PROGRAM_FOLDER,
  SYNC_PROGRAM,
} from "./machine-layout";
import { programs } from "./programs";
import { pythonText, quoteValue } from "./quoting";
import { renderTemplate } from "./template";

/** For what is away for a moment, without a failure: AWS knows a new role everywhere after some seconds, a NAT takes a minute. */
const NETWORK_DEADLINE_SECONDS = 600;

interface SetupOptions {
  /** Seconds after which what needs the network has failed. @default 600 */
  readonly deadlineSeconds?: number;
  /** Seconds between two attempts. @default 5 */
  readonly pauseSeconds?: number;
}

/** The first boot: fetches programs, keys and etcd, mounts the data volume, enables and starts etcd. */
export function renderSetupScript(cluster: Pick<AwsCluster, "tls">, options: SetupOptions = {}): string {
  return renderTemplate("scripts/etcd-setup.sh", {
    programs: programs(),
    programFolder: PROGRAM_FOLDER,
    checksumFile: CHECKSUM_FILE,
    bucketProgram: BUCKET_PROGRAM,
    syncProgram: SYNC_PROGRAM,
    fetchesKeys: fetchesKeys(cluster),
    installScript: INSTALL_SCRIPT,
    mountUnit: MOUNT_UNIT_NAME,
    deadlineSeconds: options.deadlineSeconds ?? NETWORK_DEADLINE_SECONDS,
    pauseSeconds: options.pauseSeconds ?? 5,
  });
}

/** What `sha256sum --check` goes by. */
export function renderChecksums(): string {
  return programs()
    .map(({ sha256, name }) => `${sha256}  ${name}\n`)
    .join("");
}

/**
 * One attempt to fetch, check and install the cluster's etcd release.
 *
 * @throws DefinitionError when the sha256 of the tarball for the cluster's architecture is not known
 */
export function renderInstallScript(cluster: AwsCluster): string {
  const { release, downloadBaseUrl, source } = cluster.etcd;
  const { architecture } = cluster.aws;
  const sha256 = cluster.etcd.sha256[architecture];
  if (sha256 === undefined) {
    throw new DefinitionError([
      {
        path: `etcd.sha256.${architecture}`,
        message: `must be the sha256 of ${tarballName(release, architecture)}, got nothing`,
        remedy: "copy it from the SHA256SUMS file of the release",
      },
    ]);
  }
  return renderTemplate("scripts/etcd-install.sh", {
    release,
    fromBucket: source === "bucket",
    bucketProgram: BUCKET_PROGRAM,
    quoted: {
      sha256: quoteValue(sha256),
      url: quoteValue(tarballUrl(release, architecture, downloadBaseUrl)),
      bucketKey: quoteValue(tarballKey(cluster)),
      folder: quoteValue(tarballName(release, architecture).replace(/\.tar\.gz$/, "")),
    },
  });
}

/** In the bucket's name: the machine puts its account's id there. No bucket has capitals in its name. */
const ACCOUNT = "ACCOUNT";

/** Reads, writes and lists objects of the cluster's bucket with nothing but Python's standard library. */
export function renderBucketProgram(cluster: AwsCluster): string {
  const { region } = cluster.aws;
  return renderTemplate("scripts/etcd-bucket.py", {
    python: { region: pythonText(region), bucket: pythonText(bucketName(cluster, ACCOUNT)) },
    // https://docs.aws.amazon.com/general/latest/gr/s3.html
    dnsSuffix: region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com",
  });
}
