import { resolve } from "node:path";
import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { medianTimes, row, type Command } from "./measure";

/** A verification against the etcdctl calls that give the same facts, one after another, plus node's own start. */
export async function benchVerify(rounds: number): Promise<string[][]> {
  const binaries = await defaultEtcd();
  const cluster = await RawCluster.start({ binaries });
  try {
    const endpoints = cluster.endpoints.join(",");
    const etcdctl = (...args: readonly string[]): Command => ({
      label: args.join(" "),
      argv: [binaries.etcdctl, "--endpoints", endpoints, ...args],
      env: { ETCDCTL_API: "3" },
    });
    const verify = (label: string, ...args: readonly string[]): Command => ({
      label,
      argv: [
        process.execPath,
        resolve("dist/bin/cdktf-etcd.js"),
        "verify",
        "--endpoints",
        endpoints,
        ...args,
      ],
    });
    const calls = [
      etcdctl("endpoint", "status"),
      etcdctl("endpoint", "health"),
      etcdctl("endpoint", "hashkv"),
    ];
    const times = medianTimes(
      [
        { label: "node", argv: [process.execPath, "-e", "0"] },
        ...calls,
        verify("all", "--skip", "lease-expires"),
        verify("lease"),
      ],
      rounds,
    );
    const of = (label: string): number => times.get(label) ?? 0;
    const against = {
      label: "the sum of etcdctl's three and node",
      tookMs: of("node") + calls.reduce((sum, { label }) => sum + of(label), 0),
    };
    return [
      ...calls.map(({ label }) => row(`etcdctl ${label}`, of(label))),
      row("node's own start", of("node")),
      row("verify, without the lease that has to expire", of("all"), against),
      row("verify, all checks (etcd's shortest lease lives 2 s)", of("lease"), against),
    ];
  } finally {
    await cluster.stop();
  }
}
