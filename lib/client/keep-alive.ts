import type { Etcd3 } from "etcd3";
import type { RawHeader } from "./header";

export interface Renewal {
  readonly header: RawHeader;
  /** Seconds that the lease lives from now; 0 if there is no such lease. */
  readonly ttlSeconds: number;
}

interface KeepAliveStream {
  write(request: { ID: string }): void;
  cancel(): void;
  on(event: "data", listener: (reply: { header: RawHeader; TTL: string }) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
}

/** Renews a lease, on a stream of its own. */
export async function keepAliveOnce(etcd: Etcd3, leaseId: string, callTimeoutMs: number): Promise<Renewal> {
  const deadline = Date.now() + callTimeoutMs;
  const stream = (await etcd.leaseClient.leaseKeepAlive({ deadline })) as unknown as KeepAliveStream;
  try {
    return await new Promise<Renewal>((resolve, reject) => {
      stream.on("data", ({ header, TTL }) => resolve({ header, ttlSeconds: Number(TTL) }));
      // Also after cancel(): gRPC then reports CANCELLED, and an error event without a listener ends the process.
      stream.on("error", reject);
      stream.on("end", () => reject(new Error("Connection dropped: the stream for leases ended")));
      stream.write({ ID: leaseId });
    });
  } finally {
    stream.cancel();
  }
}
