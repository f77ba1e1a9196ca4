import { describe, expect, it } from "vitest";
import { OPERATOR, PKI_ROOT, pkiLayout } from "../../lib/cluster/pki-layout";

describe("the layout of a cluster's certificates", () => {
  const layout = pkiLayout("demo");

  it("is below one folder per cluster", () => {
    expect(layout.folder).toBe(`${PKI_ROOT}/demo`);
    expect(pkiLayout("other").folder).not.toBe(layout.folder);
  });

  it("has two authorities, a server and a peer certificate per member, and clients", () => {
    expect([
      layout.clientCa,
      layout.peerCa,
      layout.server("etcd-0"),
      layout.peer("etcd-0"),
      layout.client(OPERATOR),
    ]).toEqual([
      { certFile: "pki/demo/client-ca.crt", keyFile: "pki/demo/client-ca.key" },
      { certFile: "pki/demo/peer-ca.crt", keyFile: "pki/demo/peer-ca.key" },
      { certFile: "pki/demo/members/etcd-0/server.crt", keyFile: "pki/demo/members/etcd-0/server.key" },
      { certFile: "pki/demo/members/etcd-0/peer.crt", keyFile: "pki/demo/members/etcd-0/peer.key" },
      { certFile: "pki/demo/clients/operator.crt", keyFile: "pki/demo/clients/operator.key" },
    ]);
  });

  it("keeps members, clients and authorities of the same name apart", () => {
    const pairs = [
      layout.clientCa,
      layout.server("client-ca"),
      layout.peer("client-ca"),
      layout.client("client-ca"),
    ];
    const paths = pairs.flatMap(({ certFile, keyFile }) => [certFile, keyFile]);
    expect(new Set(paths).size).toBe(paths.length);
  });
});
