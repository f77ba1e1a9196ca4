import type { S3Object } from "@cdktf/provider-aws/lib/s3-object";
import type { Construct } from "constructs";
import { tarballKey } from "../../cluster/bucket";
import type { AwsCluster } from "../../cluster/cluster";
import { TARBALL_VARIABLE, tarballOrder } from "../../cluster/tarball";
import { cliCommand, projectFolder } from "../cli-command";
import { TerraformData } from "../terraform-data";
import { bucketObject } from "./bucket-object";
import type { Storage } from "./storage";

/**
 * The release tarball in the bucket: the deploy fetches it, checks its sha256 and keeps it for the next time. Undefined where
 * members download it themselves.
 */
export function tarballObject(scope: Construct, cluster: AwsCluster, storage: Storage): S3Object | undefined {
  if (cluster.etcd.source === "download") return undefined;
  const order = tarballOrder(cluster);
  if (order === undefined) throw new TypeError("the rules let a release without a sha256 pass");
  const fetched = new TerraformData(scope, "tarball", {
    // The file is on this machine only: it has to be here whenever the object is made, so in another bucket again.
    triggersReplace: { sha256: order.sha256, bucket: storage.bucketName },
    provisioners: [
      {
        type: "local-exec",
        ...cliCommand(scope, "aws fetch-tarball"),
        environment: { [TARBALL_VARIABLE]: JSON.stringify(order) },
      },
    ],
  });
  return bucketObject(scope, "tarball_object", storage, {
    key: tarballKey(cluster),
    source: `${projectFolder(scope)}/${order.file}`,
    sourceHash: order.sha256,
    dependsOn: [fetched],
  });
}
