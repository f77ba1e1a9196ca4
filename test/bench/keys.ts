import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { medianTimes, row } from "./measure";
import { askedOf, cdktfEtcd, etcdctl } from "./same-facts";

/** `kv` against etcdctl, each as a process from its start to its end. */
export async function benchKeys(rounds: number): Promise<string[][]> {
  const binaries = await defaultEtcd();
  const cluster = await RawCluster.start({ binaries, tls: {} });
  try {
    const asked = askedOf(cluster, binaries);
    const pairs = [
      ["put", etcdctl(asked, "put", "bench/1", "v"), cdktfEtcd("kv put", asked, "kv put", "bench/1", "v")],
      ["get", etcdctl(asked, "get", "bench/1"), cdktfEtcd("kv get", asked, "kv get", "bench/1")],
    ] as const;
    const times = medianTimes(
      pairs.flatMap(([, theirs, own]) => [theirs, own]),
      rounds,
    );
    const of = (label: string): number => times.get(label) ?? 0;
    return pairs.map(([name, theirs, own]) =>
      row(`3 members, mutual TLS: kv ${name}`, of(own.label), {
        label: `etcdctl ${name}`,
        tookMs: of(theirs.label),
      }),
    );
  } finally {
    await cluster.stop();
  }
}
