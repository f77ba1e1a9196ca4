import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { defaultCacheDir } from "../../../lib/downloads/cache";
import { runProgram, type ProgramResult } from "../../../lib/local/run-program";
import { withFileLock } from "./file-lock";

/** Debian's packages that the lab needs on its host, and the programs of each that it starts. */
export const HOST_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "systemd-container": ["systemd-nspawn"],
  mmdebstrap: ["mmdebstrap"],
  "dnsmasq-base": ["dnsmasq"],
  nftables: ["nft"],
  iproute2: ["ip"],
  "util-linux": ["flock", "nsenter", "setpriv", "unshare"],
  mount: ["losetup", "mount", "umount"],
  e2fsprogs: ["mkfs.ext4"],
  procps: ["sysctl"],
};

const INSTALL_ENVIRONMENT = {
  DEBIAN_FRONTEND: "noninteractive",
  // systemctl then starts and restarts nothing: https://systemd.io/ENVIRONMENT/
  SYSTEMD_OFFLINE: "1",
  // On Ubuntu, needrestart would restart services of this machine.
  NEEDRESTART_SUSPEND: "1",
} as const;

/** Capability number 21 of capabilities(7): mounts and namespaces need it. */
const CAP_SYS_ADMIN = 1n << 21n;

/** What decides whether machines can run. */
export interface Host {
  readonly platform: NodeJS.Platform;
  readonly uid: number | undefined;
  /** The effective capabilities of this process. */
  readonly capabilities: bigint;
}

/** Why the test machines cannot run here, and what to do; undefined when they can. */
export function labProblem(host: Host = thisHost()): string | undefined {
  if (host.platform !== "linux")
    return `the test machines are Linux containers, and this is ${host.platform}: run this on a Linux machine, or in a virtual one`;
  if (host.uid !== 0)
    return `the test machines need root (mounts, network namespaces, loop devices), and this is user ${String(host.uid)}: run this with sudo`;
  if ((host.capabilities & CAP_SYS_ADMIN) === 0n)
    return "the test machines need mounts and namespaces, which root may not make here (no CAP_SYS_ADMIN): start this container with --privileged";
  return undefined;
}

function thisHost(): Host {
  return { platform: process.platform, uid: process.getuid?.(), capabilities: effectiveCapabilities() };
}

function effectiveCapabilities(): bigint {
  if (process.platform !== "linux") return 0n;
  // https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
  const digits = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return BigInt(`0x${digits ?? "0"}`);
}

/** The host's packages of which a program is missing. */
export function missingPackages(path = process.env["PATH"] ?? ""): Map<string, readonly string[]> {
  const missing = new Map<string, readonly string[]>();
  for (const [name, programs] of Object.entries(HOST_PACKAGES)) {
    const absent = programs.filter((program) => !isOnPath(program, path));
    if (absent.length > 0) missing.set(name, absent);
  }
  return missing;
}

/**
 * Installs what the lab needs on its host and is not there; starts nothing of it. Needs root. Does nothing, and needs no network,
 * when all is there.
 * @throws Error that names what is missing, on a machine without apt or when apt fails
 */
export async function ensureHostPackages(path = process.env["PATH"] ?? ""): Promise<void> {
  if (missingPackages(path).size === 0) return;
  if (!isOnPath("apt-get", path)) throw new Error(missingText(path));
  // Two at once would fail at apt's lock of the package lists, which it does not wait for.
  await withFileLock(join(defaultCacheDir(), "test", "machines", "host-packages.lock"), async () => {
    const names = [...missingPackages(path).keys()];
    if (names.length === 0) return;
    process.stderr.write(`installing what the test machines need on this one: ${names.join(" ")}\n`);
    // A mirror of something else may be down: whether the packages can be had is seen when they are installed.
    const update = await aptGet(UPDATE);
    const install = await aptGet(installWords(names));
    if (install.failure !== undefined)
      throw new Error(
        [missingText(path), `apt-get: ${install.failure}`, update.stderr, install.stderr].join("\n").trim(),
      );
  });
  if (missingPackages(path).size > 0) throw new Error(missingText(path));
}

function missingText(path: string): string {
  const missing = missingPackages(path);
  const programs = [...missing.values()].flat().join(", ");
  return (
    `the test machines need programs that are not on PATH (${path}): ${programs}. ` +
    `On Debian: apt-get install --no-install-recommends ${[...missing.keys()].join(" ")}`
  );
}

/** @internal exported for tests: arguments of apt-get */
export const UPDATE: readonly string[] = ["-qq", "update"];

/** @internal exported for tests: arguments of apt-get */
export function installWords(names: readonly string[]): readonly string[] {
  // Another apt may be at work; what is there already stays as it is.
  const options = ["-o", "DPkg::Lock::Timeout=300", "--no-upgrade", "--no-install-recommends"];
  return ["-qq", "--yes", ...options, "install", ...names];
}

function aptGet(words: readonly string[]): Promise<ProgramResult> {
  return runProgram("apt-get", words, { env: { ...process.env, ...INSTALL_ENVIRONMENT } });
}

function isOnPath(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => folder !== "" && isExecutable(join(folder, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
