/** Where things are on a member's machine. */

import type { Cluster } from "../cluster/cluster";

/**
 * Name under which the data volume is attached (`aws_volume_attachment.device_name`).
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
 */
export const DATA_DEVICE = "/dev/sdf";

/** What {@link DATA_DEVICE} is called on the few instance types that still run on Xen. */
export const XEN_DEVICE_NAME = "/dev/xvdf";

/** Where the data volume is mounted. */
export const MOUNT_POINT = "/var/lib/etcd";

/** `ETCD_DATA_DIR`: below the mount point, which itself holds `lost+found` and belongs to root. */
export const DATA_DIR = `${MOUNT_POINT}/data`;

/** Exists from the moment when this member first was part of a quorum. */
export const BOOTSTRAPPED_MARKER = `${MOUNT_POINT}/bootstrapped`;

/** Holds the id of this member's data volume, as Terraform knows it. */
export const DATA_VOLUME_ID_FILE = "/etc/etcd/data-volume";

/** Link to the device that the data volume has since this boot. */
export const DATA_VOLUME_LINK = "/run/etcd/data-volume";

export const ENV_FILE = "/etc/etcd/etcd.env";

/** Checksums of the programs that come from the bucket. */
export const CHECKSUM_FILE = "/etc/etcd/programs.sha256";

/** What a member that joins an existing cluster is told besides {@link ENV_FILE}; empty for all others. */
export const JOIN_ENV_FILE = "/run/etcd/join.env";

export const ETCDCTL_PROFILE = "/etc/profile.d/etcdctl.sh";

const UNIT_FOLDER = "/etc/systemd/system";
export const ETCD_UNIT = `${UNIT_FOLDER}/etcd.service`;
/** systemd derives this name from {@link MOUNT_POINT}. */
export const MOUNT_UNIT_NAME = "var-lib-etcd.mount";
export const MOUNT_UNIT = `${UNIT_FOLDER}/${MOUNT_UNIT_NAME}`;
export const DATA_VOLUME_UNIT = `${UNIT_FOLDER}/etcd-data-volume.service`;
export const SETUP_UNIT_NAME = "etcd-setup.service";
export const SETUP_UNIT = `${UNIT_FOLDER}/${SETUP_UNIT_NAME}`;
export const SYNC_UNIT = `${UNIT_FOLDER}/etcd-sync.service`;
export const SYNC_TIMER = `${UNIT_FOLDER}/etcd-sync.timer`;

export const PROGRAM_FOLDER = "/usr/local/sbin";
export const SETUP_SCRIPT = `${PROGRAM_FOLDER}/etcd-setup`;
export const INSTALL_SCRIPT = `${PROGRAM_FOLDER}/etcd-install`;
export const DATA_VOLUME_SCRIPT = `${PROGRAM_FOLDER}/etcd-data-volume`;
export const BUCKET_PROGRAM = `${PROGRAM_FOLDER}/etcd-bucket`;
export const SYNC_PROGRAM = `${PROGRAM_FOLDER}/etcd-sync`;
export const JOIN_PROGRAM = `${PROGRAM_FOLDER}/etcd-join`;

/** Installed from the tarball, beside etcd. */
export const ETCDCTL = "/usr/local/bin/etcdctl";

/** Whether the member's certificates and keys come from the bucket. */
export function fetchesKeys({ tls }: Pick<Cluster, "tls">): boolean {
  return tls?.pkiFolder !== undefined;
}
