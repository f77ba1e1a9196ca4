import { privateHostName, s3HostName } from "../services/aws-names";
import { netmaskOf } from "./addresses";
import { RESOLVER_ADDRESS } from "./packet-filter";
import { MTU_BYTES, PORT_PREFIX } from "./router-ports";
import type { ResolverRecord } from "./resolver-records";
import type { VpcPlan } from "./vpc-plan";

/**
 * dnsmasq as the VPC's resolver and DHCP server: it knows the names and interfaces of the plan, asks nobody else, and keeps
 * nothing on a disk, so that one that is started anew knows as much as the one before.
 * @see https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html
 */
export function nameServerConfig(plan: VpcPlan): string {
  const { region, resolverAddress, s3, subnets, interfaces, records } = plan;
  const s3Name = s3HostName(region);
  const lines = [
    "# where it answers, as the router's ports come and go",
    "user=root",
    "bind-dynamic",
    `interface=${PORT_PREFIX}*`,
    `listen-address=${resolverAddress},${RESOLVER_ADDRESS}`,
    "",
    "# what is not below does not exist",
    "no-hosts",
    "no-resolv",
    "local=/#/",
    "",
    "# https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html#vpc-dns-hostnames",
    ...interfaces.map(({ address }) => `host-record=${privateHostName(address, region)},${address}`),
    "",
    "# private hosted zones",
    ...records.map(recordLine),
    "",
    "# S3 and every bucket",
    `address=/${s3Name}/${s3.address}`,
    `local=/${s3Name}/`,
    "",
    "# DHCP: https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html",
    "dhcp-authoritative",
    "no-ping",
    "leasefile-ro",
    `domain=${splitName("", region).domain}`,
    `dhcp-option=option:dns-server,${resolverAddress}`,
    `dhcp-option=option:mtu,${MTU_BYTES}`,
    ...subnets.flatMap(({ id, cidr, gateway }) => {
      const [network] = cidr.split("/");
      return [
        `dhcp-range=set:${id},${network},static,${netmaskOf(cidr)},1h`,
        `dhcp-option=tag:${id},option:router,${gateway}`,
      ];
    }),
    ...interfaces.map(
      ({ macAddress, address }) => `dhcp-host=${macAddress},${address},${splitName(address, region).host}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function recordLine(record: ResolverRecord): string {
  switch (record.type) {
    case "A":
      return `host-record=${record.name},${record.address},${record.ttlSeconds}`;
    case "SRV":
      return `srv-host=${record.name},${record.target},${record.port},${record.priority},${record.weight}`;
  }
}

function splitName(address: string, region: string): { readonly host: string; readonly domain: string } {
  const [host = "", ...domain] = privateHostName(address, region).split(".");
  return { host, domain: domain.join(".") };
}
