import type { KeyValue } from "../../client";
import type { Layout } from "../layouts/layout";
import type { Schema } from "../schema";
import type { ServiceInstance } from "../service-instance";
import type { InvalidEntry } from "./changes";
import type { InstanceName } from "./selection";

/** Makes an instance of what stands under a key, or says why that is none. */
export type EntryReader<M> = (
  kv: KeyValue,
  name: InstanceName,
) => { readonly instance: ServiceInstance<M> } | { readonly invalid: InvalidEntry };

export function entryReader<M>(layout: Layout, schema: Schema<M> | undefined): EntryReader<M> {
  return ({ key, value, createRevision, modRevision, leaseId }, { service, instance }) => {
    const text = key.toString();
    try {
      const { endpoint, metadata } = layout.decode(value.toString());
      return {
        instance: {
          service,
          instance,
          endpoint,
          // Without a schema nobody has said what it must be, and the application takes its own word for it.
          metadata: schema === undefined ? (metadata as M) : schema.parse(metadata),
          key: text,
          createRevision,
          modRevision,
          leaseId,
        },
      };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { invalid: { key: text, reason, modRevision } };
    }
  };
}
