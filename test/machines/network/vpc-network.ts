import type { AwsState } from "../../aws/support/aws-state";
import type { NetworkNamespace } from "../../aws/support/network-namespace";
import { NameServer } from "./name-server";
import { nameServerConfig } from "./name-server-config";
import { shell } from "../../aws/support/namespace-shell";
import { packetFilter, RESOLVER_ADDRESS } from "./packet-filter";
import { CUT_OFF_PAIRS, PARTITIONS, partitions } from "./partitions";
import { explain, notedPackets, type NotedPackets, type Refusal } from "./refusals";
import { connect, disconnect, laidPorts, layCable, portOf, removeCable } from "./router-ports";
import { vpcPlan, type PlanOptions, type PlannedInterface, type VpcPlan } from "./vpc-plan";

/**
 * A router that answers for its neighbours' addresses, and takes packets only from whoever has their source address, as a VPC does
 * unless told otherwise (https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html#EIP_Disable_SrcDestCheck).
 * What comes from a machine and leads nowhere goes to loopback, where the packet filter sees it; what this namespace itself sends
 * nowhere fails at once, as in every namespace. Connections are followed as loosely as possible: a machine that lost its power
 * begins anew in the middle of them.
 */
const PREPARE = `
mkdir -p /run/netns
mount -t tmpfs -o mode=0755 tmpfs /run/netns
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=1
ip route replace default dev lo table 100
ip rule add not iif lo priority 40000 lookup 100
nft "$1"
sysctl -qw net.netfilter.nf_conntrack_tcp_be_liberal=1
`;

/** The router's addresses of its own, and the VPC's addresses that no machine has. */
const ROUTE = `
operator=$1 cidr=$2
shift 2
for address in "$operator" "$@"; do ip address replace "$address/32" dev lo; done
ip route replace "$cidr" dev lo src "$operator"
`;

/**
 * The VPC that is in AWS, as a router in a namespace: with the subnets' addresses, the route tables, the security groups, DHCP and
 * the private names. Machines are network namespaces in there, which {@link VpcNetwork.plugIn} connects to it.
 *
 * @example
 * const network = await VpcNetwork.create(namespace);
 * await network.update(await project.readBack());
 * await network.plugIn("etcd-0");
 */
export class VpcNetwork {
  private readonly nameServer: NameServer;
  private readonly pulled = new Set<string>();
  private known: VpcPlan | undefined;
  /** Of packet filters that were replaced. */
  private earlier: readonly NotedPackets[] = [];

  private constructor(
    private readonly namespace: NetworkNamespace,
    private readonly options: PlanOptions,
  ) {
    this.nameServer = new NameServer(namespace);
  }

  /** Ends with its namespace. The namespaces of machines have to be made after it: until then their names were the whole machine's. */
  static async create(namespace: NetworkNamespace, options: PlanOptions = {}): Promise<VpcNetwork> {
    await shell(namespace, PREPARE, partitions());
    return new VpcNetwork(namespace, options);
  }

  /**
   * What the router works by.
   * @throws Error while there is no VPC
   */
  get plan(): VpcPlan {
    if (this.known === undefined) throw new Error("there is no VPC yet: deploy, then update the network");
    return this.known;
  }

  /** The last words of the DHCP server. */
  get dhcpLog(): string {
    return this.nameServer.log;
  }

  /** Makes the network what is in AWS now. Cables and partitions stay as they are. */
  async update(state: AwsState): Promise<void> {
    const plan = vpcPlan(state, this.options);
    await this.removeCablesBut(plan?.interfaces ?? []);
    if (plan === undefined) return;
    if (this.known !== undefined && this.known.cidr !== plan.cidr)
      throw new Error(`the VPC was ${this.known.cidr} and is ${plan.cidr} now: that takes another network`);
    const { operatorAddress, cidr, resolverAddress } = plan;
    await shell(this.namespace, ROUTE, operatorAddress, cidr, resolverAddress, RESOLVER_ADDRESS);
    const noted = await this.noted();
    await shell(this.namespace, 'nft "$1"', packetFilter(plan));
    this.earlier = noted;
    this.known = plan;
    await this.nameServer.serve(nameServerConfig(plan));
  }

  /**
   * Gives the network namespace of a machine its NIC, with the MAC address of its interface, and connects it unless its cable is
   * pulled. To be called at each power-on.
   */
  async plugIn(machine: string): Promise<void> {
    const networkInterface = this.interfaceOf(machine);
    await layCable(this.namespace, networkInterface, machine);
    if (!this.pulled.has(machine)) await connect(this.namespace, networkInterface, this.plan.operatorAddress);
  }

  /** Until it is plugged in again, also when the machine is powered on. */
  async pullCable(machine: string): Promise<void> {
    const port = portOf(this.interfaceOf(machine));
    this.pulled.add(machine);
    if ((await laidPorts(this.namespace)).includes(port)) await disconnect(this.namespace, port);
  }

  async plugCable(machine: string): Promise<void> {
    const networkInterface = this.interfaceOf(machine);
    this.pulled.delete(machine);
    if ((await laidPorts(this.namespace)).includes(portOf(networkInterface)))
      await connect(this.namespace, networkInterface, this.plan.operatorAddress);
  }

  /** No packet passes between two machines any more, in either direction and in no connection. */
  async cutOff(machine: string, other: string): Promise<void> {
    const [one, two] = [this.interfaceOf(machine).address, this.interfaceOf(other).address];
    const pairs = `{ ${one} . ${two}, ${two} . ${one} }`;
    await shell(this.namespace, 'nft "$1"', `add element ip ${PARTITIONS} ${CUT_OFF_PAIRS} ${pairs}`);
  }

  /** Ends all of it. */
  async mend(): Promise<void> {
    await shell(this.namespace, 'nft "$1"', `flush set ip ${PARTITIONS} ${CUT_OFF_PAIRS}`);
  }

  /** Everything that was not let through since the network is there, each kind of it once. */
  async refused(): Promise<Refusal[]> {
    return (await this.noted())
      .map((packets) => explain(packets, this.plan))
      .toSorted((a, b) => a.message.localeCompare(b.message));
  }

  private async noted(): Promise<NotedPackets[]> {
    const current = notedPackets(await shell(this.namespace, "nft --json list sets"));
    const byText = [...this.earlier, ...current].map(
      (packets) => [JSON.stringify(packets), packets] as const,
    );
    return [...new Map(byText).values()];
  }

  private interfaceOf(machine: string): PlannedInterface {
    const { interfaces } = this.plan;
    const found = interfaces.find((one) => one.machine === machine);
    if (found !== undefined) return found;
    const names = interfaces.flatMap((one) => one.machine ?? []).join(", ");
    throw new Error(`no instance of the member ${machine} has an interface; there are ${names || "none"}`);
  }

  private async removeCablesBut(interfaces: readonly PlannedInterface[]): Promise<void> {
    const wanted = interfaces.map(portOf);
    const ports = await laidPorts(this.namespace);
    for (const port of ports.filter((one) => !wanted.includes(one))) await removeCable(this.namespace, port);
  }
}
