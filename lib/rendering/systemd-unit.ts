import type { Cluster } from "../cluster/cluster";
import {
  BOOTSTRAPPED_MARKER,
  DATA_DIRECTORY_SCRIPT,
  DATA_VOLUME_LINK,
  DATA_VOLUME_SCRIPT,
  ENV_FILE,
  MOUNT_POINT,
} from "./machine-layout";
import { escapeUnitValue } from "./quoting";
import { renderTemplate } from "./template";

/** `etcd.service`: the same on every member, since all that differs is in the env file. */
export function renderUnit(cluster: Pick<Cluster, "name">): string {
  return renderTemplate("etcd.service", {
    clusterName: escapeUnitValue(cluster.name),
    mountPoint: MOUNT_POINT,
    envFile: ENV_FILE,
    dataDirectoryScript: DATA_DIRECTORY_SCRIPT,
    bootstrappedMarker: BOOTSTRAPPED_MARKER,
  });
}

/** `var-lib-etcd.mount`: mounts the device that {@link renderDataVolumeUnit}'s service found. */
export function renderMountUnit(): string {
  return renderTemplate("var-lib-etcd.mount", { dataVolumeLink: DATA_VOLUME_LINK, mountPoint: MOUNT_POINT });
}

/** `etcd-data-volume.service`: waits for the data volume at every boot. */
export function renderDataVolumeUnit(): string {
  return renderTemplate("etcd-data-volume.service", { dataVolumeScript: DATA_VOLUME_SCRIPT });
}
