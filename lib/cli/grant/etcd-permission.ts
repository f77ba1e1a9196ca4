import type { Permission } from "./access";

/** As etcd3 has it. */
interface EtcdPermission {
  readonly permType: "Read" | "Write" | "Readwrite";
  readonly key: Buffer;
  /** Empty: the key alone. */
  readonly range_end: Buffer;
}

export function fromEtcd({ permType, key, range_end }: EtcdPermission): Permission {
  return {
    key,
    ...(range_end.length === 0 ? {} : { range_end }),
    canRead: permType !== "Write",
    canWrite: permType !== "Read",
  };
}

/** Of a permission to read or write, if not both. */
export function toEtcd({ key, range_end = Buffer.alloc(0), canRead, canWrite }: Permission): EtcdPermission {
  return { permType: canRead ? (canWrite ? "Readwrite" : "Read") : "Write", key, range_end };
}
