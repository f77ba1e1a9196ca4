import type { Cluster } from "../cluster/cluster";
import {
  BOOTSTRAPPED_MARKER,
  DATA_VOLUME_LINK,
  DATA_VOLUME_SCRIPT,
  ENV_FILE,
  fetchesKeys,
  JOIN_ENV_FILE,
  JOIN_PROGRAM,
  MOUNT_POINT,
  SETUP_SCRIPT,
  SYNC_PROGRAM,
} from "./machine-layout";
import { escapeUnitValue } from "./quoting";
import { renderTemplate } from "./template";

/** `etcd.service`: the same on every member, since all that differs is in the env file. */
export function renderUnit(cluster: Pick<Cluster, "name" | "members">): string {
  return renderTemplate("etcd.service", {
    clusterName: escapeUnitValue(cluster.name),
    mountPoint: MOUNT_POINT,
    envFile: ENV_FILE,
    joinEnvFile: JOIN_ENV_FILE,
    joinProgram: JOIN_PROGRAM,
    clientUrls: cluster.members.map(({ clientUrl }) => escapeUnitValue(clientUrl)),
    bootstrappedMarker: BOOTSTRAPPED_MARKER,
  });
}

/** `etcd-setup.service`: runs until everything is in place. */
export function renderSetupUnit(): string {
  return renderTemplate("etcd-setup.service", { setupScript: SETUP_SCRIPT, envFile: ENV_FILE });
}

/** `var-lib-etcd.mount`: mounts the device that {@link renderDataVolumeUnit}'s service found. */
export function renderMountUnit(): string {
  return renderTemplate("var-lib-etcd.mount", { dataVolumeLink: DATA_VOLUME_LINK, mountPoint: MOUNT_POINT });
}

/** `etcd-data-volume.service`: waits for the data volume at every boot. */
export function renderDataVolumeUnit(): string {
  return renderTemplate("etcd-data-volume.service", { dataVolumeScript: DATA_VOLUME_SCRIPT });
}

/** `etcd-sync.service`: what the member and its bucket have to tell each other. */
export function renderSyncUnit(cluster: Pick<Cluster, "tls">): string {
  return renderTemplate("etcd-sync.service", {
    syncProgram: SYNC_PROGRAM,
    fetchesKeys: fetchesKeys(cluster),
    envFile: ENV_FILE,
  });
}

/** `etcd-sync.timer`: once an hour, at any minute, so that not all members do it together. */
export function renderSyncTimer(): string {
  return renderTemplate("etcd-sync.timer", {});
}
