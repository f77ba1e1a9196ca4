import type { AwsCluster } from "../cluster/cluster";
import { tarballName, tarballUrl } from "../cluster/etcd-release";
import { DefinitionError } from "../errors";
import {
  BOOTSTRAPPED_MARKER,
  DATA_DIR,
  DATA_DEVICE,
  DATA_VOLUME_LINK,
  EBS_DEVICE_SCRIPT,
  ENV_FILE,
  INSTALL_SCRIPT,
  MOUNT_POINT,
  MOUNT_UNIT_NAME,
  SETUP_SCRIPT,
  XEN_DEVICE_NAME,
} from "./machine-layout";
import { quoteValue } from "./quoting";
import { renderTemplate } from "./template";

/** Terraform attaches the volume seconds after the instance runs; a person who has to do it by hand gets a while. */
const ATTACHMENT_DEADLINE_SECONDS = 600;

/** A mirror or a route that is away for a while must not need a hand afterwards. */
const DOWNLOAD_DEADLINE_SECONDS = 1800;

interface Deadline {
  /** Seconds after which the script gives up and says so. */
  readonly deadlineSeconds?: number;
}

interface DownloadOptions extends Deadline {
  /** Seconds between two attempts. */
  readonly pauseSeconds?: number;
}

/** What cloud-init runs: installs etcd, mounts the data volume, enables and starts etcd. */
export function renderSetupScript(): string {
  return renderTemplate("scripts/etcd-setup.sh", {
    setupScript: SETUP_SCRIPT,
    installScript: INSTALL_SCRIPT,
    mountUnit: MOUNT_UNIT_NAME,
  });
}

/**
 * Downloads, checks and installs the cluster's etcd release.
 *
 * @param options.deadlineSeconds of the download. @default 1800
 * @param options.pauseSeconds between two attempts. @default 5
 * @throws DefinitionError when the sha256 of the tarball for the cluster's architecture is not known
 */
export function renderInstallScript(cluster: AwsCluster, options: DownloadOptions = {}): string {
  const { release, downloadBaseUrl } = cluster.etcd;
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
    quoted: {
      sha256: quoteValue(sha256),
      url: quoteValue(tarballUrl(release, architecture, downloadBaseUrl)),
      tarballFolder: quoteValue(tarballName(release, architecture).replace(/\.tar\.gz$/, "")),
    },
    deadlineSeconds: options.deadlineSeconds ?? DOWNLOAD_DEADLINE_SECONDS,
    pauseSeconds: options.pauseSeconds ?? 5,
  });
}

/**
 * Waits for the data volume, formats it when it is blank and nothing else, and links it for the mount unit.
 *
 * @param options.deadlineSeconds of the wait. @default 600
 */
export function renderDataVolumeScript(options: Deadline = {}): string {
  return renderTemplate("scripts/etcd-data-volume.sh", {
    deviceName: DATA_DEVICE,
    xenDeviceName: XEN_DEVICE_NAME,
    ebsDeviceScript: EBS_DEVICE_SCRIPT,
    deadlineSeconds: options.deadlineSeconds ?? ATTACHMENT_DEADLINE_SECONDS,
    dataVolumeLink: DATA_VOLUME_LINK,
    mountPoint: MOUNT_POINT,
    mountUnit: MOUNT_UNIT_NAME,
  });
}

/** Finds an EBS volume by the name that it is attached under. */
export function renderEbsDeviceScript(): string {
  return renderTemplate("scripts/ebs-device.py", {});
}

/** Refuses a start that would turn a member without its data into a new one; otherwise prepares the data directory. */
export function renderDataDirectoryScript(): string {
  return renderTemplate("scripts/etcd-data-directory.sh", {
    bootstrappedMarker: BOOTSTRAPPED_MARKER,
    dataDir: DATA_DIR,
    envFile: ENV_FILE,
  });
}
