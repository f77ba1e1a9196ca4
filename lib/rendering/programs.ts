import { createHash } from "node:crypto";
import { joinedKey, MEMBER_TLS_FILES, memberPrefix, PROGRAM_PREFIX } from "../cluster/bucket";
import { MACHINE_TLS_FOLDER } from "../cluster/tls";
import {
  BOOTSTRAPPED_MARKER,
  BUCKET_PROGRAM,
  DATA_DEVICE,
  DATA_VOLUME_ID_FILE,
  DATA_VOLUME_LINK,
  DATA_VOLUME_SCRIPT,
  ETCDCTL,
  JOIN_ENV_FILE,
  JOIN_PROGRAM,
  MOUNT_POINT,
  MOUNT_UNIT_NAME,
  SYNC_PROGRAM,
  XEN_DEVICE_NAME,
} from "./machine-layout";
import { pythonText } from "./quoting";
import { renderTemplate } from "./template";

/**
 * A program that each machine fetches from the cluster's bucket: user data has room for 16 KiB. It is the same for all members of
 * all clusters, and user data holds its checksum.
 */
export interface Program {
  readonly name: string;
  /** Where it is in the bucket. */
  readonly key: string;
  /** Where it is on the machine. */
  readonly path: string;
  readonly content: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** What Terraform has to put into the bucket before the first machine starts. */
export function programs(): Program[] {
  return [
    program(SYNC_PROGRAM, renderSyncProgram()),
    program(JOIN_PROGRAM, renderJoinProgram()),
    program(DATA_VOLUME_SCRIPT, renderDataVolumeScript()),
  ];
}

function program(path: string, content: string): Program {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { name, key: `${PROGRAM_PREFIX}${name}`, path, content, sha256 };
}

/** Member and cluster as the programs know them, by etcd's own variables: parts of Python's f"…". */
const MEMBER = { name: "{NAME}" };
const CLUSTER = { etcd: { initialClusterToken: "{TOKEN}" } };

/** Fetches the member's own files from the bucket, and notes there that the member has joined. */
export function renderSyncProgram(): string {
  return renderTemplate("scripts/etcd-sync.py", {
    bucketProgram: BUCKET_PROGRAM,
    dataVolumeIdFile: DATA_VOLUME_ID_FILE,
    bootstrappedMarker: BOOTSTRAPPED_MARKER,
    tlsFolder: MACHINE_TLS_FOLDER,
    tlsFiles: MEMBER_TLS_FILES,
    python: {
      memberPrefix: pythonText(memberPrefix(MEMBER)),
      joinedKey: pythonText(joinedKey(CLUSTER, MEMBER)),
    },
  });
}

/** Decides, before each start of etcd, how this member comes into its cluster, or refuses the start. */
export function renderJoinProgram(): string {
  return renderTemplate("scripts/etcd-join.py", {
    bucketProgram: BUCKET_PROGRAM,
    etcdctl: ETCDCTL,
    bootstrappedMarker: BOOTSTRAPPED_MARKER,
    joinEnvFile: JOIN_ENV_FILE,
    python: { joinedKey: pythonText(joinedKey(CLUSTER, MEMBER)) },
  });
}

/** Terraform attaches the volume seconds after the instance runs; a person who has to do it by hand gets a while. */
const ATTACHMENT_DEADLINE_SECONDS = 600;

/**
 * Waits for the data volume, formats it when it is blank and nothing else, and links it for the mount unit.
 *
 * @param options.deadlineSeconds of the wait. @default 600
 */
export function renderDataVolumeScript(options: { readonly deadlineSeconds?: number } = {}): string {
  return renderTemplate("scripts/etcd-data-volume.sh", {
    deviceName: DATA_DEVICE,
    xenDeviceName: XEN_DEVICE_NAME,
    dataVolumeIdFile: DATA_VOLUME_ID_FILE,
    syncProgram: SYNC_PROGRAM,
    deadlineSeconds: options.deadlineSeconds ?? ATTACHMENT_DEADLINE_SECONDS,
    dataVolumeLink: DATA_VOLUME_LINK,
    mountPoint: MOUNT_POINT,
    mountUnit: MOUNT_UNIT_NAME,
  });
}
