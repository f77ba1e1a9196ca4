import { runProgram } from "../../../../lib/local/run-program";
import type { NetworkNamespace } from "../../../aws/support/network-namespace";

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

type Headers = Readonly<Record<string, string>>;

const TOKEN_HEADER = "X-aws-ec2-metadata-token";

/** Whoever has an address in the namespace of the services, and asks the metadata service with curl. */
export class Caller {
  constructor(
    private readonly namespace: NetworkNamespace,
    private readonly address: string,
  ) {}

  /** The address is on loopback, from where curl asks. */
  async arrive(): Promise<void> {
    await this.run(["ip", "addr", "add", `${this.address}/32`, "dev", "lo"]);
  }

  /** @throws Error in curl's words when there is no answer */
  async request(method: string, path: string, headers: Headers = {}): Promise<HttpAnswer> {
    const written = await this.curl(method, path, headers);
    const end = written.lastIndexOf("\n");
    return { status: Number(written.slice(end + 1)), body: written.slice(0, end) };
  }

  get(path: string, headers: Headers = {}): Promise<HttpAnswer> {
    return this.request("GET", path, headers);
  }

  put(path: string, headers: Headers = {}): Promise<HttpAnswer> {
    return this.request("PUT", path, headers);
  }

  token(ttlSeconds: number): Promise<HttpAnswer> {
    return this.put("/latest/api/token", { [`${TOKEN_HEADER}-ttl-seconds`]: String(ttlSeconds) });
  }

  /**
   * What is at a path, asked for with a token.
   * @throws Error with the status when there is nothing
   */
  async read(path: string): Promise<string> {
    const { status, body } = await this.get(path, { [TOKEN_HEADER]: (await this.token(60)).body });
    if (status !== 200) throw new Error(`${path}: HTTP ${status}`);
    return body;
  }

  async bytes(path: string): Promise<Buffer> {
    const { body: token } = await this.token(60);
    const ask = `curl -s --interface "$1" -H "${TOKEN_HEADER}: $2" "http://169.254.169.254$3" | base64`;
    return Buffer.from(await this.run(["/bin/sh", "-c", ask, "sh", this.address, token, path]), "base64");
  }

  private curl(method: string, path: string, headers: Headers): Promise<string> {
    const head = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
    const options = ["-sS", "--max-time", "30", "--interface", this.address, "-X", method, ...head];
    return this.run(["curl", ...options, "-w", "\n%{http_code}", `http://169.254.169.254${path}`]);
  }

  private async run(words: readonly string[]): Promise<string> {
    const [program, ...args] = this.namespace.command(words, "/");
    const { failure, stdout } = await runProgram(program, args, { timeoutMs: 60_000 });
    if (failure !== undefined) throw new Error(failure);
    return stdout;
  }
}
