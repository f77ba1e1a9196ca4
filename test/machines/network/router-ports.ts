import type { NetworkNamespace } from "../../aws/support/network-namespace";
import { rangeOf } from "./addresses";
import { shell } from "../../aws/support/namespace-shell";
import type { PlannedInterface } from "./vpc-plan";

/** Of every network interface: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html */
export const MTU_BYTES = 9001;

/** As instances with NVMe disks call their first interface. */
const NIC = "ens5";

export const PORT_PREFIX = "vpc-";

/** The router's end of an interface's cable; Linux takes names of up to 15 characters. */
export function portOf({ address }: { readonly address: string }): string {
  return `${PORT_PREFIX}${rangeOf(address).first.toString(16).padStart(8, "0")}`;
}

/**
 * A cable to a machine, which is not connected yet. The router answers for all addresses in the machine's subnet but its own, so
 * that packets to neighbours come to it too, as they come to the fabric of a VPC; and at once: the kernel waits up to 0.8 s by
 * default.
 */
const LAY = `
port=$1 machine=$2 mac=$3 gateway=$4
ip link delete "$port" 2>/dev/null || true
ip link add "$port" mtu ${MTU_BYTES} type veth peer name ${NIC} address "$mac" mtu ${MTU_BYTES} netns "$machine"
ip link set "$port" alias "$machine"
ip address add "$gateway" dev "$port" noprefixroute
echo 0 >"/proc/sys/net/ipv4/neigh/$port/proxy_delay"
echo 1 >"/proc/sys/net/ipv4/conf/$port/proxy_arp"
`;

/** The kernel forgets routes of a port that is down. */
const CONNECT = `
port=$1 address=$2 operator=$3
ip link set "$port" up
ip route replace "$address/32" dev "$port" src "$operator"
`;

/** Replaces what a previous machine of that name left. */
export async function layCable(
  namespace: NetworkNamespace,
  networkInterface: PlannedInterface,
  machine: string,
): Promise<void> {
  const { macAddress, subnet } = networkInterface;
  const gateway = `${subnet.gateway}/${rangeOf(subnet.cidr).prefixLength}`;
  await shell(namespace, LAY, portOf(networkInterface), machine, macAddress, gateway);
}

export async function connect(
  namespace: NetworkNamespace,
  networkInterface: PlannedInterface,
  operatorAddress: string,
): Promise<void> {
  await shell(namespace, CONNECT, portOf(networkInterface), networkInterface.address, operatorAddress);
}

/** The machine sees that its NIC has no carrier. */
export async function disconnect(namespace: NetworkNamespace, port: string): Promise<void> {
  await shell(namespace, 'ip link set "$1" down', port);
}

/** Takes the cable away with both its ends, if it is there. */
export async function removeCable(namespace: NetworkNamespace, port: string): Promise<void> {
  await shell(namespace, 'ip link delete "$1" 2>/dev/null || true', port);
}

/** Names of the ports that are there. */
export async function laidPorts(namespace: NetworkNamespace): Promise<string[]> {
  const links = JSON.parse(await shell(namespace, "ip -json link show")) as { ifname: string }[];
  return links.map(({ ifname }) => ifname).filter((name) => name.startsWith(PORT_PREFIX));
}
