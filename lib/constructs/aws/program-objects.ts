import type { S3Object } from "@cdktf/provider-aws/lib/s3-object";
import { Construct } from "constructs";
import { programs } from "../../rendering";
import { bucketObject } from "./bucket-object";
import { literal } from "./hcl-string";
import type { Storage } from "./storage";

/** The programs that each machine fetches when it starts, and checks against the sums in its user data. */
export function programObjects(scope: Construct, storage: Storage): S3Object[] {
  const names = new Construct(scope, "programs");
  return programs().map(({ name, key, content }) =>
    bucketObject(names, name, storage, { key, content: literal(content) }),
  );
}
