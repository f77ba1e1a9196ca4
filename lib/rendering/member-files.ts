import type { AwsCluster, Member } from "../cluster/cluster";
import { renderEnvFile } from "./env-file";
import { renderEtcdctlProfile } from "./etcdctl-profile";
import {
  BUCKET_PROGRAM,
  CHECKSUM_FILE,
  DATA_DIR,
  DATA_VOLUME_UNIT,
  ENV_FILE,
  ETCD_UNIT,
  ETCDCTL_PROFILE,
  INSTALL_SCRIPT,
  MOUNT_UNIT,
  SETUP_SCRIPT,
  SETUP_UNIT,
  SYNC_TIMER,
  SYNC_UNIT,
} from "./machine-layout";
import { programs } from "./programs";
import { refuseUnwritable } from "./quoting";
import { renderBucketProgram, renderChecksums, renderInstallScript, renderSetupScript } from "./scripts";
import {
  renderDataVolumeUnit,
  renderMountUnit,
  renderSetupUnit,
  renderSyncTimer,
  renderSyncUnit,
  renderUnit,
} from "./systemd-unit";

/** One file as it lands on a member's machine, owned by root. */
export interface MachineFile {
  readonly path: string;
  readonly content: string;
  readonly mode: "0644" | "0755";
}

/**
 * All files on the member's machine, from its user data and from the bucket.
 *
 * @throws DefinitionError when a value cannot be written safely, naming each of them
 */
export function renderMemberFiles(cluster: AwsCluster, member: Member): MachineFile[] {
  return [...renderUserDataFiles(cluster, member), ...programs().map(asMachineFile)];
}

function asMachineFile({ path, content }: Pick<MachineFile, "path" | "content">): MachineFile {
  return { path, content, mode: "0755" };
}

/** The files that user data writes. */
export function renderUserDataFiles(cluster: AwsCluster, member: Member): MachineFile[] {
  refuseUnwritable([
    ["name", cluster.name],
    ["etcd.release", cluster.etcd.release],
    ["etcd.downloadBaseUrl", cluster.etcd.downloadBaseUrl],
    ["etcd.initialClusterToken", cluster.etcd.initialClusterToken],
    ["aws.region", cluster.aws.region],
    ["aws.bucket.name", cluster.aws.bucket.name ?? ""],
  ]);
  const text = (path: string, content: string): MachineFile => ({ path, content, mode: "0644" });
  const program = (path: string, content: string): MachineFile => ({ path, content, mode: "0755" });
  return [
    text(ENV_FILE, renderEnvFile(cluster, member, { release: cluster.etcd.release, dataDir: DATA_DIR })),
    text(ETCD_UNIT, renderUnit(cluster)),
    text(MOUNT_UNIT, renderMountUnit()),
    text(DATA_VOLUME_UNIT, renderDataVolumeUnit()),
    text(SYNC_UNIT, renderSyncUnit(cluster)),
    text(SYNC_TIMER, renderSyncTimer()),
    text(SETUP_UNIT, renderSetupUnit()),
    program(SETUP_SCRIPT, renderSetupScript(cluster)),
    program(INSTALL_SCRIPT, renderInstallScript(cluster)),
    program(BUCKET_PROGRAM, renderBucketProgram(cluster)),
    text(CHECKSUM_FILE, renderChecksums()),
    text(ETCDCTL_PROFILE, renderEtcdctlProfile(cluster, member)),
  ];
}
