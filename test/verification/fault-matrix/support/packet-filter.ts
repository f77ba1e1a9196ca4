import { spawn } from "node:child_process";
import { once } from "node:events";
import { vi } from "vitest";
import { runProgram } from "../../../../lib/local/run-program";

/** Group numbers that no account has: Debian gives 60000 to 64999 to packages on demand, and none from there to 65533. */
const firstGroup = 65_000;

/** Why packets cannot be dropped here; undefined when they can. */
export const filterProblem: string | undefined =
  process.platform === "linux" && process.getuid?.() === 0
    ? undefined
    : "packets are dropped by nftables, which needs Linux and root: run this with sudo";

/** The group that a member's process runs as, so that its packets can be told apart from those of the others. */
export function groupOf(name: string): number | undefined {
  return filterProblem === undefined ? firstGroup + Number(/\d+$/.exec(name)?.[0] ?? 0) : undefined;
}

let tables = 0;

/**
 * Drops all packets of a member to and from its peers, on connections that there are as well. Clients still reach it.
 *
 * @returns lets them through again
 */
export function cutOffFromPeers(
  { name, peerUrl }: { readonly name: string; readonly peerUrl: string },
  allPeerUrls: readonly string[],
): Promise<() => Promise<void>> {
  const ports = allPeerUrls.map((url) => new URL(url).port).join(", ");
  const { port } = new URL(peerUrl);
  const group = groupOf(name) ?? -1;
  return drop([
    `leaving tcp dport ${port} drop`,
    `leaving tcp sport ${port} drop`,
    `leaving meta skgid ${group} tcp dport { ${ports} } drop`,
    // What the peers go on sending on connections that it opened.
    `arriving meta skgid ${group} tcp sport { ${ports} } drop`,
  ]);
}

/**
 * Drops all packets of a member to and from its clients, on connections that there are as well. Its peers still reach it.
 *
 * @returns lets them through again
 */
export function cutOffFromClients({ endpoint }: { readonly endpoint: string }): Promise<() => Promise<void>> {
  const { port } = new URL(endpoint);
  return drop([`leaving tcp dport ${port} drop`, `leaving tcp sport ${port} drop`]);
}

/**
 * The table belongs to the program that made it and goes away with it, and that program ends with its standard input, so that
 * nothing stays behind however this process ends: `flags owner` in https://manpages.debian.org/bookworm/nftables/nft.8.en.html
 */
async function drop(rules: readonly string[]): Promise<() => Promise<void>> {
  const table = `cdktf_etcd_${process.pid}_${(tables += 1)}`;
  const nft = spawn("nft", ["--interactive"], { stdio: ["pipe", "ignore", "pipe"] });
  let complaints = "";
  nft.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
  nft.stdin.write(`add table inet ${table} { flags owner; }\n`);
  nft.stdin.write(`add chain inet ${table} leaving { type filter hook output priority 0; }\n`);
  nft.stdin.write(`add chain inet ${table} arriving { type filter hook input priority 0; }\n`);
  for (const rule of rules) nft.stdin.write(`add rule inet ${table} ${rule}\n`);
  await vi.waitFor(async () => {
    const { stdout } = await runProgram("nft", ["list", "table", "inet", table]);
    if (stdout.split(" drop\n").length <= rules.length) throw new Error(`no rules: ${complaints}`);
  });
  return async () => {
    const gone = once(nft, "exit");
    nft.stdin.end();
    await gone;
  };
}
