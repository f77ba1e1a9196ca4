import type { AwsCluster, Member } from "../cluster/cluster";
import { DefinitionError } from "../errors";
import { MOUNT_POINT, SETUP_UNIT_NAME } from "./machine-layout";
import { renderUserDataFiles } from "./member-files";
import { renderTemplate } from "./template";

/**
 * What EC2 takes, in bytes before base64.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
 */
export const USER_DATA_LIMIT_BYTES = 16_384;

/**
 * The `#cloud-config` of one member: literal text, the same at every synthesis.
 *
 * @throws DefinitionError when a value cannot be written safely, or when the text is larger than {@link USER_DATA_LIMIT_BYTES}
 */
export function renderUserData(cluster: AwsCluster, member: Member): string {
  const userData = renderTemplate("cloud-config.yaml", {
    clusterName: cluster.name,
    memberName: member.name,
    mountPoint: MOUNT_POINT,
    setupUnit: SETUP_UNIT_NAME,
    files: renderUserDataFiles(cluster, member).map((file) => ({
      ...file,
      executable: file.mode === "0755",
    })),
  });
  refuseOversize(userData, member);
  return userData;
}

function refuseOversize(userData: string, member: Member): void {
  const sizeBytes = Buffer.byteLength(userData);
  if (sizeBytes <= USER_DATA_LIMIT_BYTES) return;
  throw new DefinitionError([
    {
      path: `members.${member.name}`,
      message: `its user data must be at most ${USER_DATA_LIMIT_BYTES} bytes (a limit of EC2), got ${sizeBytes} bytes`,
      remedy: "use shorter member names, file paths and list settings such as cipher suites",
    },
  ]);
}
