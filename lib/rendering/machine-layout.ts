/** Where things are on a member's machine. */

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

/** Link to the device that the data volume has since this boot. */
export const DATA_VOLUME_LINK = "/run/etcd/data-volume";

export const ENV_FILE = "/etc/etcd/etcd.env";
export const ETCDCTL_PROFILE = "/etc/profile.d/etcdctl.sh";

const UNIT_FOLDER = "/etc/systemd/system";
export const ETCD_UNIT = `${UNIT_FOLDER}/etcd.service`;
/** systemd derives this name from {@link MOUNT_POINT}. */
export const MOUNT_UNIT_NAME = "var-lib-etcd.mount";
export const MOUNT_UNIT = `${UNIT_FOLDER}/${MOUNT_UNIT_NAME}`;
export const DATA_VOLUME_UNIT = `${UNIT_FOLDER}/etcd-data-volume.service`;

const SCRIPT_FOLDER = "/usr/local/sbin";
export const SETUP_SCRIPT = `${SCRIPT_FOLDER}/etcd-setup`;
export const INSTALL_SCRIPT = `${SCRIPT_FOLDER}/etcd-install`;
export const DATA_VOLUME_SCRIPT = `${SCRIPT_FOLDER}/etcd-data-volume`;
export const DATA_DIRECTORY_SCRIPT = `${SCRIPT_FOLDER}/etcd-data-directory`;
export const EBS_DEVICE_SCRIPT = `${SCRIPT_FOLDER}/ebs-device`;
