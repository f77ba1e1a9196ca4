/** What is said to the program in the namespace: lines of JSON, each answered by one. */
import type { MetadataInstance } from "./metadata-service";
import type { ServedRequest } from "./request-log";
import type { S3EndpointOptions, WayToS3 } from "./s3-endpoint";

/** `start` comes first. */
export type Command =
  | { readonly kind: "start"; readonly s3: S3EndpointOptions }
  | { readonly kind: "know"; readonly instances: readonly MetadataInstance[] }
  | { readonly kind: "way to S3"; readonly way: WayToS3 }
  | { readonly kind: "requests" };

export type Answer =
  | { readonly ok: true; readonly requests?: readonly ServedRequest[] }
  | { readonly ok: false; readonly message: string };
