/** Our commands and etcdctl's, asked of the same member one after the other. */
import { execFile, spawn } from "node:child_process";
import { vi } from "vitest";
import { packageRoot } from "../../../lib/package-root";
import { exitCode } from "../../../lib/cli/main";
import type { TestEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";

export interface Printed {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export class KeysLab {
  private constructor(
    readonly cluster: RawCluster,
    private readonly binaries: TestEtcd,
  ) {}

  static async start(options: {
    readonly binaries: TestEtcd;
    readonly isTls: boolean;
    readonly size: number;
  }): Promise<KeysLab> {
    const { binaries, isTls, size } = options;
    return new KeysLab(await RawCluster.start({ binaries, size, ...(isTls ? { tls: {} } : {}) }), binaries);
  }

  stop(): Promise<void> {
    return this.cluster.stop();
  }

  /** @param until ends what would go on, once it has printed so much */
  async ours(args: readonly string[], until?: (stdout: Buffer) => boolean): Promise<Printed> {
    const chunks: Buffer[] = [];
    let stderr = "";
    const ended = new AbortController();
    const spies = [
      vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
        chunks.push(Buffer.from(chunk as Buffer));
        if (until?.(Buffer.concat(chunks)) === true) ended.abort();
        return true;
      }),
      vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
        stderr += String(chunk);
        return true;
      }),
    ];
    try {
      const code = await exitCode([...args.slice(0, 2), ...this.whom, ...args.slice(2)], ended.signal);
      return { code, stdout: Buffer.concat(chunks), stderr };
    } finally {
      spies.forEach((spy) => spy.mockRestore());
    }
  }

  /** Ours, as a process that has standard input. */
  oursWithInput(args: readonly string[], input: Buffer): Promise<Printed> {
    const words = ["bin/run.js", "bin/cdktf-etcd.ts", ...args.slice(0, 2), ...this.whom, ...args.slice(2)];
    return run(process.execPath, words, { input, env: process.env, cwd: packageRoot() });
  }

  etcdctl(args: readonly string[], input?: Buffer): Promise<Printed> {
    return run(this.binaries.etcdctl, args, { env: this.etcdctlVariables, input });
  }

  /** What it prints until there is so much of it. */
  async etcdctlUntil(args: readonly string[], bytes: number): Promise<Buffer> {
    const child = spawn(this.binaries.etcdctl, args, {
      env: this.etcdctlVariables,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if ((length += chunk.length) >= bytes) break;
    }
    child.kill("SIGKILL");
    return Buffer.concat(chunks);
  }

  /** Of the last change. */
  async revision(): Promise<bigint> {
    const { stdout } = await this.etcdctl(["get", "none", "-w", "json"]);
    return BigInt(/"revision":(\d+)/.exec(stdout.toString())?.[1] ?? 0);
  }

  private get whom(): readonly string[] {
    const { secrets } = this.cluster;
    const tls =
      secrets === undefined
        ? []
        : [
            ...["--cacert", secrets.clientAuthority.caFile],
            ...["--cert", secrets.operator.certFile, "--key", secrets.operator.keyFile],
          ];
    return ["--endpoints", this.cluster.endpoints.join(","), ...tls];
  }

  private get etcdctlVariables(): NodeJS.ProcessEnv {
    const { secrets, endpoints } = this.cluster;
    const tls =
      secrets === undefined
        ? {}
        : {
            ETCDCTL_CACERT: secrets.clientAuthority.caFile,
            ETCDCTL_CERT: secrets.operator.certFile,
            ETCDCTL_KEY: secrets.operator.keyFile,
          };
    // One that answers for itself: the header names it.
    return { PATH: process.env["PATH"], ETCDCTL_API: "3", ETCDCTL_ENDPOINTS: endpoints[0], ...tls };
  }
}

function run(
  program: string,
  args: readonly string[],
  { input, ...options }: { input: Buffer | undefined; env: NodeJS.ProcessEnv; cwd?: string },
): Promise<Printed> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { ...options, encoding: "buffer", maxBuffer: MAX_OUTPUT_BYTES },
      (error, stdout, stderr) =>
        resolve({
          code: typeof error?.code === "number" ? error.code : error === null ? 0 : 1,
          stdout,
          stderr: stderr.toString(),
        }),
    );
    // A program that does not read its input ends before it is all written.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
