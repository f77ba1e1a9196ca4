import type { ClusterDefinition } from "../../../lib/cluster/definition";
import type { ReleaseMirror } from "../../aws/support/release-mirror";

export const REGION = "eu-central-1";

/** Types of the architecture of this machine, on which the members' programs run. */
const INSTANCE_TYPE = { amd64: "m7i.large", arm64: "m7g.large" } as const;

/** Small enough to be filled in a few seconds. */
export const QUOTA_MIB = 32;

/** What a user deploys, but with the image, the architecture and the etcd that there are here. */
export function labDefinition(
  mirror: ReleaseMirror,
  wanted: Partial<ClusterDefinition> = {},
): ClusterDefinition {
  const { release, architecture, sha256, server } = mirror;
  return {
    name: "demo",
    ...wanted,
    etcd: {
      ...wanted.etcd,
      release,
      sha256: { [architecture]: sha256 },
      downloadBaseUrl: server.url,
      settings: { quotaBackendBytes: `${QUOTA_MIB}MiB`, ...wanted.etcd?.settings },
    },
    aws: {
      region: REGION,
      ...wanted.aws,
      image: "debian-13",
      instanceType: INSTANCE_TYPE[architecture],
    },
  };
}
