import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";
import { blackHole } from "../verification/support/listeners";
import { medianTimes, row } from "./measure";
import { askedOf, cdktfEtcd, etcdctl } from "./same-facts";

/** As --call-timeout has it; etcdctl's own are 2 s to connect and 5 s for a command. */
const DEADLINE_MS = 2000;

/** Two of five members are behind a firewall that drops packets. */
export async function benchDeadMembers(rounds: number): Promise<string[][]> {
  const binaries = await defaultEtcd();
  const cluster = await RawCluster.start({ binaries });
  const holes = await Promise.all([blackHole(), blackHole()]);
  try {
    const { endpoints } = askedOf(cluster, binaries);
    const asked = { binaries, endpoints: [...endpoints, ...holes.map(({ endpoint }) => endpoint)] };
    const deadline = `${DEADLINE_MS / 1000}s`;
    const equal = ["--dial-timeout", deadline, "--command-timeout", deadline];
    const times = medianTimes(
      [
        { ...etcdctl(asked, "endpoint", "status", ...equal), label: "equal", mayFail: true },
        { ...etcdctl(asked, "endpoint", "status"), label: "default", mayFail: true },
        { ...cdktfEtcd("verify", asked, "verify"), mayFail: true },
      ],
      rounds,
    );
    const of = (label: string): number => times.get(label) ?? 0;
    return [
      row("2 of 5 members dropped by a firewall: etcdctl endpoint status", of("default")),
      row(`  etcdctl endpoint status with verify's deadline of ${deadline}`, of("equal")),
      row("  verify, all checks", of("verify"), {
        label: `the deadline of ${deadline}`,
        tookMs: DEADLINE_MS,
      }),
      row("", of("verify"), { label: "etcdctl's with that deadline", tookMs: of("equal") }),
    ];
  } finally {
    await Promise.all([cluster.stop(), ...holes.map((hole) => hole.stop())]);
  }
}
