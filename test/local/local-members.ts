/** Real etcd members for the tests of this folder: their own state folder, their own ports, all of it gone afterwards. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  memberFolder,
  readRecords,
  startMember,
  stopMember,
  type StartOptions,
  type StartResult,
} from "../../lib/local";
import { defaultEtcd, type TestEtcd } from "../support/etcd";
import { freePorts } from "../support/free-ports";

export interface LocalMembers {
  readonly stateDir: string;
  readonly etcd: TestEtcd;
  /** Options to start a member of one, with ports of its own. */
  optionsFor(memberName: string, changes?: MemberChanges): Promise<StartOptions>;
  start(options: StartOptions): Promise<StartResult>;
  stopAll(): Promise<void>;
}

export interface MemberChanges extends Partial<Omit<StartOptions, "env">> {
  /** Added to the environment file, or in place of what it has. */
  readonly settings?: Readonly<Record<string, string>>;
}

export async function localMembers(): Promise<LocalMembers> {
  const stateDir = await mkdtemp(join(tmpdir(), "cdktf-etcd-local-"));
  const etcd = await defaultEtcd();
  return {
    stateDir,
    etcd,
    async optionsFor(memberName, { settings, ...changes } = {}) {
      const folder = memberFolder(stateDir, memberName);
      const [clientPort, peerPort] = await freePorts(2);
      const clientUrl = changes.clientUrl ?? `http://127.0.0.1:${clientPort}`;
      const peerUrl = changes.peerUrl ?? `http://127.0.0.1:${peerPort}`;
      const variables = {
        ETCD_NAME: memberName,
        ETCD_DATA_DIR: folder.dataDir,
        ETCD_LISTEN_CLIENT_URLS: clientUrl,
        ETCD_ADVERTISE_CLIENT_URLS: clientUrl,
        ETCD_LISTEN_PEER_URLS: peerUrl,
        ETCD_INITIAL_ADVERTISE_PEER_URLS: peerUrl,
        ETCD_INITIAL_CLUSTER: `${memberName}=${peerUrl}`,
        ETCD_LOGGER: "zap",
        ...settings,
      };
      const env = Object.entries(variables)
        .map(([name, value]) => `${name}="${value.replaceAll(/["\\]/g, "\\$&")}"\n`)
        .join("");
      const given = {
        folder,
        memberName,
        etcd: etcd.etcd,
        release: etcd.release,
        trust: "",
        digest: "first",
        generation: 1,
      };
      return { ...given, env, peerUrl, clientUrl, ...changes };
    },
    start: startMember,
    async stopAll() {
      for (const memberName of readRecords(stateDir).keys()) {
        const folder = memberFolder(stateDir, memberName);
        await stopMember({ folder, memberName, timeoutMs: 5_000 }).catch((error: unknown) =>
          console.error(error),
        );
      }
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

export function pidOf(result: StartResult): number {
  return result.record.pid;
}
