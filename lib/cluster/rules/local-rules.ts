import { contains, parseCidr, parseIpv4 } from "../ipv4";
import { localPorts, namedMembers } from "../members";
import { mistakeAt, repeated, type Rule } from "./rule";

const LAST_PORT = 65_535;

const localAddressIsLoopback: Rule = {
  id: "local-address-is-loopback",
  check({ local }) {
    const loopback = parseCidr("127.0.0.0/8");
    const address = local?.address === undefined ? undefined : parseIpv4(local.address);
    if (address?.ok !== true || !loopback.ok || contains(loopback.value, address.value)) return [];
    return [
      mistakeAt(
        ["local", "address"],
        `must be a loopback address (127.0.0.0/8), got "${local?.address}"`,
        "members of the local target are for this machine only",
      ),
    ];
  },
};

const localPortsFit: Rule = {
  id: "local-ports-fit",
  needs: ["members[].name", "local.clientPort", "local.peerPort", "local.portStep", "etcd.metricsPort"],
  check(definition, target) {
    if (target !== "local" && definition.local === undefined) return [];
    const uses = namedMembers(definition).flatMap(({ name }, index) => {
      const { clientPort, peerPort, metricsPort } = localPorts(definition, index);
      return [
        { user: `${name}'s client port`, port: clientPort },
        { user: `${name}'s peer port`, port: peerPort },
        ...(metricsPort === undefined ? [] : [{ user: `${name}'s metrics port`, port: metricsPort }]),
      ];
    });
    // Ports are counted up: one that is too high or taken means many, and the first of them says it all.
    const tooHigh = uses.find(({ port }) => port > LAST_PORT);
    const [taken] = repeated(uses.map(({ port }) => port));
    const isOfMetrics = taken !== undefined && uses[taken.index]?.user.endsWith("metrics port") === true;
    return [
      ...(tooHigh === undefined
        ? []
        : [
            mistakeAt(
              ["local"],
              `puts ${tooHigh.user} at ${tooHigh.port}; the highest port is ${LAST_PORT}`,
              "choose lower ports or a smaller portStep",
            ),
          ]),
      ...(taken === undefined
        ? []
        : [
            mistakeAt(
              isOfMetrics ? ["etcd", "metricsPort"] : ["local"],
              `puts ${uses[taken.first]?.user} and ${uses[taken.index]?.user} both at ${taken.item}`,
              "choose clientPort, peerPort, portStep and etcd.metricsPort so that they stay apart",
            ),
          ]),
    ];
  },
};

export const localRules: readonly Rule[] = [localAddressIsLoopback, localPortsFit];
