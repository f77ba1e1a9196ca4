import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { medianTimes, row } from "./measure";
import { askedOf, cdktfEtcd, sameFacts } from "./same-facts";

/** Checks that let time pass: a lease has to end, a leader to stay, a log to grow, a disk to be written to. */
const WAITING = "lease-expires,stable-leader,raft-lag,disk-latency";
/** etcd's shortest lease. */
const LEASE_MS = 2000;

/**
 * A verification of three members against the calls that give the same facts, one after another.
 */
export async function benchVerify(rounds: number, tls: boolean): Promise<string[][]> {
  const binaries = await defaultEtcd();
  const cluster = await RawCluster.start({ binaries, ...(tls ? { tls: {} } : {}) });
  try {
    const asked = askedOf(cluster, binaries);
    const calls = sameFacts(
      asked,
      cluster.members.map(({ peerUrl }) => peerUrl),
    );
    const times = medianTimes(
      [...calls, cdktfEtcd("quick", asked, "verify", "--skip", WAITING), cdktfEtcd("all", asked, "verify")],
      rounds,
    );
    const of = (label: string): number => times.get(label) ?? 0;
    const sumMs = calls.reduce((sum, { label, times: count }) => sum + count * of(label), 0);
    const count = calls.reduce((sum, { times: each }) => sum + each, 0);
    const kind = tls ? "mutual TLS" : "plain text";
    const label = `those ${count} calls`;
    return [
      row(
        `3 members, ${kind}: ${count} calls of etcdctl, curl${tls ? ", openssl" : ""}, one after another`,
        sumMs,
      ),
      row("  verify, without the four checks that wait", of("quick"), { label, tookMs: sumMs }),
      row("  verify, all checks", of("all"), {
        label: `${label} and 2 s for a lease to end`,
        tookMs: sumMs + LEASE_MS,
      }),
    ];
  } finally {
    await cluster.stop();
  }
}
