import type { AwsCluster, Member } from "../cluster/cluster";
import { renderEnvFile } from "./env-file";
import { renderEtcdctlProfile } from "./etcdctl-profile";
import {
  DATA_DIR,
  DATA_DIRECTORY_SCRIPT,
  DATA_VOLUME_SCRIPT,
  DATA_VOLUME_UNIT,
  EBS_DEVICE_SCRIPT,
  ENV_FILE,
  ETCD_UNIT,
  ETCDCTL_PROFILE,
  INSTALL_SCRIPT,
  MOUNT_UNIT,
  SETUP_SCRIPT,
} from "./machine-layout";
import { refuseUnwritable } from "./quoting";
import {
  renderDataDirectoryScript,
  renderDataVolumeScript,
  renderEbsDeviceScript,
  renderInstallScript,
  renderSetupScript,
} from "./scripts";
import { renderDataVolumeUnit, renderMountUnit, renderUnit } from "./systemd-unit";

/** One file as it lands on a member's machine, owned by root. */
export interface MachineFile {
  readonly path: string;
  readonly content: string;
  readonly mode: "0644" | "0755";
}

/**
 * All files that the member's user data writes.
 *
 * @throws DefinitionError when a value cannot be written safely, naming each of them
 */
export function renderMemberFiles(cluster: AwsCluster, member: Member): MachineFile[] {
  refuseUnwritable([
    ["name", cluster.name],
    ["etcd.release", cluster.etcd.release],
    ["etcd.downloadBaseUrl", cluster.etcd.downloadBaseUrl],
  ]);
  const text = (path: string, content: string): MachineFile => ({ path, content, mode: "0644" });
  const program = (path: string, content: string): MachineFile => ({ path, content, mode: "0755" });
  return [
    text(ENV_FILE, renderEnvFile(cluster, member, { release: cluster.etcd.release, dataDir: DATA_DIR })),
    text(ETCD_UNIT, renderUnit(cluster)),
    text(MOUNT_UNIT, renderMountUnit()),
    text(DATA_VOLUME_UNIT, renderDataVolumeUnit()),
    program(SETUP_SCRIPT, renderSetupScript()),
    program(INSTALL_SCRIPT, renderInstallScript(cluster)),
    program(DATA_VOLUME_SCRIPT, renderDataVolumeScript()),
    program(EBS_DEVICE_SCRIPT, renderEbsDeviceScript()),
    program(DATA_DIRECTORY_SCRIPT, renderDataDirectoryScript()),
    text(ETCDCTL_PROFILE, renderEtcdctlProfile(cluster, member)),
  ];
}
