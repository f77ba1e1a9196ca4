import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultEtcd, type TestEtcd } from "../support/etcd";
import { freePorts } from "../support/free-ports";
import { RawMember } from "../support/raw-cluster";
import { medianTimes, row } from "./measure";
import { cdktfEtcd, etcdctl, sameFacts } from "./same-facts";

const ENDPOINTS = 200;
const MEMBERS = 3;

/** Three members, which listen on two hundred addresses of loopback: each is a connection of its own. */
export async function benchManyEndpoints(rounds: number): Promise<string[][]> {
  const binaries = await defaultEtcd();
  const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-bench-"));
  const { members, endpoints } = await listening(binaries, folder);
  try {
    members.forEach((member) => member.start());
    await Promise.all(members.map((member) => member.ready()));
    const asked = { binaries, endpoints };
    const status = etcdctl(asked, "endpoint", "status");
    // A call for each of them would take minutes: one is timed and counted as often as it is needed.
    const calls = sameFacts(asked, []);
    const times = medianTimes(
      [...calls, cdktfEtcd("status", asked, "status"), cdktfEtcd("verify", asked, "verify")],
      rounds,
    );
    const of = (label: string): number => times.get(label) ?? 0;
    const sumMs = calls.reduce((sum, { label, times: count }) => sum + count * of(label), 0);
    return [
      row(`${ENDPOINTS} endpoints: ${status.label}`, of(status.label)),
      row("  status", of("status"), { label: "that", tookMs: of(status.label) }),
      row("  the calls of etcdctl and curl for all facts, one after another", sumMs),
      row("  verify, all checks", of("verify"), { label: "those calls", tookMs: sumMs }),
    ];
  } finally {
    await Promise.all(members.map((member) => member.kill()));
    await rm(folder, { recursive: true });
  }
}

async function listening(
  binaries: TestEtcd,
  folder: string,
): Promise<{ members: RawMember[]; endpoints: string[] }> {
  const ports = await freePorts(2 * MEMBERS);
  const clientUrls = Array.from(
    { length: ENDPOINTS },
    (_, index) => `http://127.0.1.${index + 1}:${ports[index % MEMBERS]}`,
  );
  const peerUrl = (index: number): string => `http://127.0.0.1:${ports[MEMBERS + index]}`;
  const names = Array.from({ length: MEMBERS }, (_, index) => `bench-${index}`);
  const members = names.map((name, index) => {
    const own = clientUrls.filter((_, at) => at % MEMBERS === index);
    const [first = ""] = own;
    return new RawMember(name, first, peerUrl(index), binaries.etcd, [
      `--name=${name}`,
      `--data-dir=${join(folder, name)}`,
      `--listen-client-urls=${own.join(",")}`,
      `--advertise-client-urls=${first}`,
      `--listen-peer-urls=${peerUrl(index)}`,
      `--initial-advertise-peer-urls=${peerUrl(index)}`,
      `--initial-cluster=${names.map((other, at) => `${other}=${peerUrl(at)}`).join(",")}`,
      `--initial-cluster-token=${folder}`,
      "--log-level=error",
    ]);
  });
  return { members, endpoints: clientUrls };
}
