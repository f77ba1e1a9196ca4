import { describe, expect, it } from "vitest";
import { TARGETS, type Target, type Tls } from "../../lib/cluster/cluster";
import { defineCluster } from "../../lib/cluster/define";
import type { ClusterDefinition } from "../../lib/cluster/definition";

const tlsOf = (tls: ClusterDefinition["tls"], target: Target): Tls | undefined =>
  defineCluster({ name: "demo", tls, aws: { region: "eu-central-1" } }, target).tls;

const files = (who: string) => ({
  caFile: `/${who}/ca.crt`,
  certFile: `/${who}/{member}.crt`,
  keyFile: `/${who}/{member}.key`,
});

describe("a cluster's certificates", () => {
  it("are those of pki on this machine, read in place by local members", () => {
    expect(tlsOf(undefined, "local")).toEqual({
      pkiFolder: "pki/demo",
      client: {
        caFile: "pki/demo/client-ca.crt",
        certFile: "pki/demo/members/{member}/server.crt",
        keyFile: "pki/demo/members/{member}/server.key",
      },
      peer: {
        caFile: "pki/demo/peer-ca.crt",
        certFile: "pki/demo/members/{member}/peer.crt",
        keyFile: "pki/demo/members/{member}/peer.key",
      },
      operator: {
        caFile: "pki/demo/client-ca.crt",
        certFile: "pki/demo/clients/operator.crt",
        keyFile: "pki/demo/clients/operator.key",
      },
    });
  });

  it("are where a machine on AWS puts what it fetched, the same on each; the operator's stay here", () => {
    expect(tlsOf(undefined, "aws")).toEqual({
      pkiFolder: "pki/demo",
      client: {
        caFile: "/etc/etcd/tls/client-ca.crt",
        certFile: "/etc/etcd/tls/server.crt",
        keyFile: "/etc/etcd/tls/server.key",
      },
      peer: {
        caFile: "/etc/etcd/tls/peer-ca.crt",
        certFile: "/etc/etcd/tls/peer.crt",
        keyFile: "/etc/etcd/tls/peer.key",
      },
      operator: tlsOf(undefined, "local")?.operator,
    });
  });

  it.each(TARGETS)(
    "are those of the definition on the target %s, and no folder is kept for them",
    (target) => {
      const own = { client: files("client"), peer: files("peer"), operator: files("operator") };
      expect(tlsOf(own, target)).toEqual({ pkiFolder: undefined, ...own });
    },
  );

  it.each(TARGETS)("are none with tls: false on the target %s, whose URLs are http", (target) => {
    const cluster = defineCluster({ name: "demo", tls: false, aws: { region: "eu-central-1" } }, target);
    expect(cluster.tls).toBeUndefined();
    for (const { clientUrl, peerUrl } of cluster.members)
      expect([clientUrl, peerUrl].map((url) => new URL(url).protocol)).toEqual(["http:", "http:"]);
  });

  it.each(TARGETS)("make every URL https on the target %s", (target) => {
    const { members } = defineCluster({ name: "demo", aws: { region: "eu-central-1" } }, target);
    for (const { clientUrl, peerUrl } of members)
      expect([clientUrl, peerUrl].map((url) => new URL(url).protocol)).toEqual(["https:", "https:"]);
  });
});
