import { describe, expect, it } from "vitest";
import { defineCluster } from "../../lib/cluster/define";
import type { ClusterDefinition } from "../../lib/cluster/definition";
import { pinnedSha256 } from "../../lib/cluster/etcd-release";
import { tarballOrder } from "../../lib/cluster/tarball";

const cluster = (definition: Partial<ClusterDefinition> = {}) =>
  defineCluster({ name: "demo", aws: { region: "eu-central-1" }, ...definition, target: "aws" });

describe("the tarball that a deploy brings to the bucket", () => {
  it("is the release for the members' architecture, with its pinned sum", () => {
    expect(tarballOrder(cluster({ etcd: { release: "3.6.14" } }))).toEqual({
      url: "https://github.com/etcd-io/etcd/releases/download/v3.6.14/etcd-v3.6.14-linux-arm64.tar.gz",
      sha256: pinnedSha256("3.6.14", "arm64"),
      file: ".cdktf-etcd/tarballs/etcd-v3.6.14-linux-arm64.tar.gz",
    });
  });

  it("comes from the definition's mirror, with the definition's sum", () => {
    const order = tarballOrder(
      cluster({
        etcd: {
          release: "3.99.0",
          sha256: { amd64: "a".repeat(64) },
          downloadBaseUrl: "https://mirror.internal/etcd/",
        },
        aws: { region: "eu-central-1", instanceType: "m7i.large" },
      }),
    );
    expect(order).toMatchObject({
      url: "https://mirror.internal/etcd/v3.99.0/etcd-v3.99.0-linux-amd64.tar.gz",
      sha256: "a".repeat(64),
    });
  });

  it("has a path that knows no machine, for it stands in Terraform's state", () => {
    expect(tarballOrder(cluster())?.file).toMatch(/^\.cdktf-etcd\/tarballs\/[^/]+$/);
  });

  it("is not ordered without a sum, which the rules refuse before", () => {
    const { aws, etcd } = cluster();
    expect(tarballOrder({ aws, etcd: { ...etcd, sha256: {} } })).toBeUndefined();
    expect(() => cluster({ etcd: { release: "3.99.0" } })).toThrow("has no pinned sha256");
  });
});
