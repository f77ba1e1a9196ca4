import { contains, parseCidr, parseIpv4 } from "../ipv4";
import { localPorts, namedMembers } from "../members";
import { mistakeAt, type Rule } from "./rule";

const localAddressIsLoopback: Rule = {
  id: "local-address-is-loopback",
  check({ local }) {
    const loopback = parseCidr("127.0.0.0/8");
    const address = local?.address === undefined ? undefined : parseIpv4(local.address);
    if (address?.ok !== true || !loopback.ok || contains(loopback.value, address.value)) return [];
    return [mistakeAt(["local", "address"], `must be a loopback address (127.0.0.0/8), got "${local?.address}"`, "members of the local target are for this machine only")];
  },
};

const localPortsFit: Rule = {
  id: "local-ports-fit",
  check(definition, target) {
    if (target !== "local" && definition.local === undefined) return [];
    const users = new Map<number, string>();
    const mistakes = namedMembers(definition).flatMap(({ name }, index) => {
      const ports = localPorts(definition, index);
      return (
        [
          ["client", ports.clientPort],
          ["peer", ports.peerPort],
          ["metrics", ports.metricsPort],
        ] as const
      ).flatMap(([use, port]) => {
        if (port === undefined) return [];
        const user = `${name}'s ${use} port`;
        const other = users.get(port);
        users.set(port, user);
        if (port > 65535) return [mistakeAt(["local"], `puts ${user} at ${port}; the highest port is 65535`, "choose lower ports or a smaller portStep")];
        if (other !== undefined) return [mistakeAt(["local"], `puts ${user} and ${other} both at ${port}`, "choose a portStep that keeps them apart")];
        return [];
      });
    });
    return mistakes;
  },
};

export const localRules: readonly Rule[] = [localAddressIsLoopback, localPortsFit];
