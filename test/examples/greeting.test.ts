import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { connectionFormats } from "../../lib/cli/connect/formats";
import { defaultEtcd } from "../support/etcd";
import { RawCluster } from "../support/raw-cluster";

/** A machine that is busy with other tests takes its time. */
const patiently = { timeout: 30_000, interval: 20 };

/** The one command of its README that starts it, as it is printed there. */
function commandOf(example: string): string {
  const readme = readFileSync(`examples/${example}/README.md`, "utf8");
  const commands = new Set(readme.match(/^node bin\/run\.js examples\/\S+/gm));
  expect(commands.size).toBe(1);
  return [...commands][0] ?? "";
}

let cluster: RawCluster;
let connection: string;
const programs: Program[] = [];
beforeAll(async () => {
  cluster = await RawCluster.start({ binaries: await defaultEtcd(), tls: {} });
  const { clientAuthority, operator } = cluster.secrets!;
  const { endpoints } = cluster;
  const tls = { caFile: clientAuthority.caFile, ...operator };
  connection = connectionFormats.json({ clusterName: "demo", endpoints, tls });
});
afterAll(async () => {
  for (const { child } of programs) child.kill("SIGKILL");
  await cluster?.stop();
});

class Program {
  readonly child: ChildProcess;
  readonly exit: Promise<unknown[]>;
  private text = "";

  constructor(example: string) {
    // `exec`, so that signals meet the program and not the shell.
    this.child = spawn("sh", ["-c", `exec ${commandOf(example)}`], {
      env: { ...process.env, ETCD_CONNECTION: connection },
      stdio: ["ignore", "pipe", "pipe"],
    });
    programs.push(this);
    // When all that it has said has been read.
    this.exit = once(this.child, "close");
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (chunk: Buffer) => (this.text += chunk.toString()));
  }

  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }

  get greeting(): string {
    return `hello from process ${this.child.pid}`;
  }
}

describe("three greeting services and a client", () => {
  let services: Program[];
  let client: Program;
  const greetings = (): string[] => client.lines.filter((line) => line.startsWith("hello "));
  /** The next ones that the client gets, but for one that may be on its way already. */
  const nextGreetings = async (count: number): Promise<string[]> => {
    const from = greetings().length + 1;
    await vi.waitFor(() => expect(greetings().length).toBeGreaterThanOrEqual(from + count), patiently);
    return greetings().slice(from);
  };

  test("the client hears from all three again and again", async () => {
    services = ["greeting-service", "greeting-service", "greeting-service"].map((name) => new Program(name));
    for (const service of services)
      await vi.waitFor(
        () => expect(service.lines.join()).toContain("registered /micro/greeting/"),
        patiently,
      );
    client = new Program("greeting-client");
    for (const { greeting } of services)
      await vi.waitFor(
        () => expect(greetings().filter((one) => one === greeting).length).toBeGreaterThan(1),
        patiently,
      );
  });

  test("one that is sent SIGTERM is gone long before its lease would end", async () => {
    const leaving = services[0]!;
    leaving.child.kill("SIGTERM");
    const said = (): string[] => client.lines.map((line) => line.split(" ")[0] ?? "");
    // Its TTL is 15 s.
    await vi.waitFor(() => expect(said()).toContain("removed"), { timeout: 5000, interval: 20 });
    expect(await nextGreetings(4)).not.toContain(leaving.greeting);
    expect(await leaving.exit).toEqual([0, null]);
    expect(leaving.lines.at(-1)).toMatch(/^withdrawn /);
  });

  test("one that is killed while it is listed costs no answer", async () => {
    const [, killed, last] = services as [Program, Program, Program];
    killed.child.kill("SIGKILL");
    await killed.exit;
    // After what may have been on its way.
    const from = client.lines.length + 1;
    // Some seconds: after a while the picker gives it another chance.
    await nextGreetings(12);
    const said = client.lines.slice(from).filter((line) => !line.startsWith("removed "));
    expect(new Set(said)).toEqual(new Set([last.greeting]));
  });

  test("Ctrl-C ends the last one, and then the client that nobody greets any more", async () => {
    const [, , last] = services as [Program, Program, Program];
    last.child.kill("SIGINT");
    expect(await last.exit).toEqual([0, null]);
    await vi.waitFor(() => expect(client.lines.at(-1)).toBe("nobody greets"), patiently);
    client.child.kill("SIGINT");
    expect(await client.exit).toEqual([null, "SIGINT"]);
  });
});

test.each(["greeting-service", "greeting-client"])("%s says what it wants to be told", async (example) => {
  connection = "";
  const program = new Program(example);
  expect(await program.exit).toEqual([1, null]);
  expect(program.lines).toEqual([
    'ETCD_CONNECTION is not set: export ETCD_CONNECTION="$(npm run -s cli -- connect --output json)"',
  ]);
});
