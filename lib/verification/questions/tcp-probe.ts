import { connect } from "node:net";
import { addressOf } from "./endpoint";

/** Whether anything at all completes a TCP handshake there. Frozen processes do (their kernel does); dropped packets do not. */
export function acceptsConnections(endpoint: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(addressOf(endpoint));
    const finish = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.once("connect", () => finish(true));
    socket.once("error", () => finish(false));
  });
}
