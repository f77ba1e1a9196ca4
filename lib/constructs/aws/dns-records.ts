import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { Route53Zone } from "@cdktf/provider-aws/lib/route53-zone";
import { Construct } from "constructs";
import type { AwsCluster, AwsDns } from "../../cluster/cluster";
import { CLIENT_PORT, PEER_PORT } from "../../cluster/members";
import { tagsFor } from "./tags";

/** A member keeps its address for life; this bounds how long a name that was taken away still leads somewhere. */
const TTL_SECONDS = 300;

export interface DnsRecordsProps {
  readonly cluster: AwsCluster;
  readonly dns: AwsDns;
  readonly vpcId: string;
}

/**
 * A name per member, and the service records by which etcd and its clients find all of them (`--discovery-srv`).
 * @see https://etcd.io/docs/v3.6/op-guide/clustering/#dns-discovery
 */
export class DnsRecords extends Construct {
  constructor(scope: Construct, id: string, { cluster, dns, vpcId }: DnsRecordsProps) {
    super(scope, id);
    const zoneId = dns.zoneId ?? this.addZone(cluster, dns.domain, vpcId);
    const record = { zoneId, ttl: TTL_SECONDS };
    for (const { name, address } of cluster.members) {
      new Route53Record(this, `member_${name}`, {
        ...record,
        name: `${name}.${dns.domain}`,
        type: "A",
        records: [address],
      });
    }
    const suffix = cluster.tls === undefined ? "" : "-ssl";
    const services = [
      { id: "clients", service: `_etcd-client${suffix}`, port: CLIENT_PORT },
      { id: "peers", service: `_etcd-server${suffix}`, port: PEER_PORT },
    ];
    for (const { id: recordId, service, port } of services) {
      new Route53Record(this, recordId, {
        ...record,
        name: `${service}._tcp.${dns.domain}`,
        type: "SRV",
        // Priority and weight: etcd knows neither.
        records: cluster.members.map(({ name }) => `0 0 ${port} ${name}.${dns.domain}`),
      });
    }
  }

  private addZone(cluster: AwsCluster, domain: string, vpcId: string): string {
    return new Route53Zone(this, "zone", {
      name: domain,
      comment: `members of the etcd cluster ${cluster.name}`,
      vpc: [{ vpcId }],
      tags: tagsFor(cluster, domain),
      // Clients in other VPCs: whoever adds theirs to the zone is not to lose it at the next deploy.
      // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route53_zone_association
      lifecycle: { ignoreChanges: ["vpc"] },
    }).zoneId;
  }
}
