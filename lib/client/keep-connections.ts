import type { Etcd3 } from "etcd3";

/** A part of etcd3 that is private there: the connections to one member, one for each of its services. */
interface Host {
  resetAllServices?: () => void;
  close: () => void;
}

/**
 * Has failures be the affair of the call that failed. By itself etcd3 closes all its connections to a member after an error that may
 * be a fault of the network, and a cancelled watch counts as one (`markFailed` in its connection-pool.ts). Other calls that are just
 * about to begin then fail with `Channel closed before call started`. gRPC connects anew by itself where that is needed.
 */
export function keepConnections(etcd: Etcd3): Etcd3 {
  const { pool } = etcd as unknown as { pool: { hosts: readonly Host[] } };
  for (const host of pool.hosts) {
    host.resetAllServices = () => undefined;
    const close = host.close.bind(host);
    host.close = () => {
      // Back to the method of its class, which is also how it ends.
      delete host.resetAllServices;
      close();
    };
  }
  return etcd;
}
