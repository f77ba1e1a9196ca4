import type { Etcd3 } from "etcd3";
import type { Socket } from "node:net";
import { withDeadline } from "./deadline";

/** A part of etcd3 that is private there. */
interface Host {
  readonly channelCredentials: Credentials;
  close: () => void;
}

/** A part of gRPC that is private there; older releases have no connectors. */
interface Credentials {
  _isSecure: () => boolean;
  _createSecureConnector?: (...connection: unknown[]) => Connector;
}

interface Connector {
  connect: (socket: Socket) => Promise<unknown>;
}

/**
 * Has a TLS handshake end with the time of a call, and with its connection. A member that is frozen takes connections and then says nothing; by
 * itself gRPC waits as long as that lasts, and forgets such a socket when it is closed (`Http2SubchannelConnector` in its transport.ts):
 * every attempt would leave one more behind, and none of them lets the process end.
 */
export function boundHandshakes(etcd: Etcd3, handshakeMs: () => number): Etcd3 {
  const { pool } = etcd as unknown as { pool: { hosts: readonly Host[] } };
  for (const host of pool.hosts) {
    const handshakes = new Handshakes(handshakeMs);
    const credentials = host.channelCredentials;
    const create = credentials._createSecureConnector?.bind(credentials);
    // Without TLS there is no handshake, and gRPC has clients share their connections, of which one must not end those of another.
    if (create === undefined || !credentials._isSecure()) continue;
    credentials._createSecureConnector = (...connection) => {
      const connector = create(...connection);
      const connect = connector.connect.bind(connector);
      connector.connect = (socket) => handshakes.bound(socket, connect);
      return connector;
    };
    const close = host.close.bind(host);
    host.close = () => {
      handshakes.close();
      close();
    };
  }
  return etcd;
}

class Handshakes {
  private readonly sockets = new Set<Socket>();
  private isClosed = false;

  constructor(private readonly longestMs: () => number) {}

  async bound<T>(socket: Socket, connect: (socket: Socket) => Promise<T>): Promise<T> {
    this.sockets.add(socket);
    let gone = (): void => undefined;
    const closed = new Promise<never>((_resolve, reject) => {
      gone = () => reject(new Error("Channel closed during the TLS handshake"));
      socket.once("close", gone);
    });
    try {
      if (this.isClosed) socket.destroy();
      const late = (): Error => new Error("Deadline exceeded during the TLS handshake");
      return await withDeadline(Promise.race([connect(socket), closed]), this.longestMs(), late);
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      socket.removeListener("close", gone);
      this.sockets.delete(socket);
    }
  }

  close(): void {
    this.isClosed = true;
    for (const socket of this.sockets) socket.destroy();
  }
}
