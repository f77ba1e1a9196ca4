import { connect } from "node:net";
import type { Address } from "../expectation";

/** Whether anything at all completes a TCP handshake there. Frozen processes do (their kernel does); dropped packets do not. */
export function acceptsConnections(address: Address, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const finish = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.once("connect", () => finish(true));
    socket.once("error", () => finish(false));
  });
}
