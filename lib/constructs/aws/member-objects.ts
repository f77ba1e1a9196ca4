import type { S3Object } from "@cdktf/provider-aws/lib/s3-object";
import type { Construct } from "constructs";
import { dataVolumeKey, MEMBER_TLS_FILES, memberPrefix } from "../../cluster/bucket";
import type { AwsCluster, AwsMember } from "../../cluster/cluster";
import { pkiLayout } from "../../cluster/pki-layout";
import { projectFolder } from "../cli-command";
import { bucketObject } from "./bucket-object";
import type { Storage } from "./storage";

/** What a member reads from the bucket when it starts: its certificates and keys, and which volume is its own. */
export function memberObjects(
  scope: Construct,
  cluster: AwsCluster,
  member: AwsMember,
  { storage, dataVolumeId }: { storage: Storage; dataVolumeId: string },
): S3Object[] {
  const dataVolume = bucketObject(scope, "data_volume", storage, {
    key: dataVolumeKey(member),
    content: dataVolumeId,
  });
  if (cluster.tls?.pkiFolder === undefined) return [dataVolume];
  const files = localFiles(cluster, member);
  const certificates = MEMBER_TLS_FILES.map((name) => {
    const source = `${projectFolder(scope)}/${files[name]}`;
    return bucketObject(scope, name.replace(/\W/g, "_"), storage, {
      key: `${memberPrefix(member)}${name}`,
      source,
      // Terraform reads the file: neither the synthesized JSON nor the state ever holds a key.
      sourceHash: `\${filesha256("${source}")}`,
    });
  });
  return [...certificates, dataVolume];
}

/** Relative to the project's folder. */
function localFiles(
  cluster: AwsCluster,
  { name }: AwsMember,
): Record<(typeof MEMBER_TLS_FILES)[number], string> {
  const layout = pkiLayout(cluster.name);
  const [server, peer] = [layout.server(name), layout.peer(name)];
  return {
    "client-ca.crt": layout.clientCa.certFile,
    "server.crt": server.certFile,
    "server.key": server.keyFile,
    "peer-ca.crt": layout.peerCa.certFile,
    "peer.crt": peer.certFile,
    "peer.key": peer.keyFile,
  };
}
