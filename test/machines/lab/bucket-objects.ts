/** The cluster's bucket, as the account's administrator has it. */
import { bucketName } from "../../../lib/cluster/bucket";
import { ACCOUNT_ID } from "../../aws/support/emulator";
import type { Lab } from "./lab";

type Parameters = Readonly<Record<string, unknown>>;

export async function readObject(lab: Lab, key: string): Promise<string> {
  const { Body } = await s3(lab, "get_object", { Key: key });
  return String(Body);
}

/** Writes over objects that are there. Gives what brings these back: the bucket is versioned. */
export async function overwriteObjects(
  lab: Lab,
  objects: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  const written: Parameters[] = [];
  for (const [Key, Body] of Object.entries(objects)) {
    const { VersionId } = await s3(lab, "put_object", { Key, Body });
    written.push({ Key, VersionId });
  }
  return lab.toRepair(async () => {
    for (const version of written) await s3(lab, "delete_object", version);
  });
}

export async function deleteObject(lab: Lab, key: string): Promise<void> {
  await s3(lab, "delete_object", { Key: key });
}

function s3(lab: Lab, operation: string, parameters: Parameters): Promise<Parameters> {
  const Bucket = bucketName(lab.cluster, ACCOUNT_ID);
  return lab.project.emulator.response("s3", operation, { Bucket, ...parameters });
}
