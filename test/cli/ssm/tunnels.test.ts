/** `--via ssm`: members in a private network, asked through AWS Session Manager. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { CliProject, STACK, type CliResult, type RunOptions } from "../../support/cli";
import { defaultEtcd } from "../../support/etcd";
import { RawCluster } from "../../support/raw-cluster";

const TEST_MS = 120_000;
const WAIT = { timeout: 60_000, interval: 50 };

const INSTANCES = ["i-0aaaaaaaaaaaaaaa0", "i-0aaaaaaaaaaaaaaa1", "i-0aaaaaaaaaaaaaaa2"];
const ADDRESSES = ["10.40.0.10", "10.40.1.10", "10.40.2.10"];

let cluster: RawCluster;
let project: CliProject;

beforeAll(async () => {
  project = await CliProject.createKept();
  cluster = await RawCluster.start({ binaries: await defaultEtcd(), namePrefix: "etcd", tls: {} });
  // Good for the address in the private network and nothing else: through the tunnel that is still whom it must be.
  for (const [index, member] of cluster.members.entries()) {
    const names = [`IP:${ADDRESSES[index]}`];
    await member.replaceCertificate(
      "client",
      await secrets().clientAuthority.issue(`far-${index}`, { names }),
    );
  }
  await project.write("cluster.yaml", "name: demo\ntarget: aws\naws: { region: eu-central-1 }\n");
  await project.write("terraform.demo-aws.tfstate", state());
  const bin = join(project.folder, "bin");
  mkdirSync(bin);
  mkdirSync(join(project.folder, "empty"));
  copyFileSync(join(__dirname, "aws-stand-in.mjs"), join(bin, "aws"));
  // A name without .mjs is a module only if a package says so.
  await project.write("bin/package.json", '{ "type": "module" }');
  chmodSync(join(bin, "aws"), 0o755);
}, TEST_MS);

afterAll(async () => {
  await cluster.stop();
  await project.dispose();
}, TEST_MS);

beforeEach(() => {
  INSTANCES.forEach((_, index) => instance(index, "connected"));
  rmSync(logFile(), { force: true });
});

const logFile = (): string => join(project.folder, "stand-in.log");
const log = (): string => (existsSync(logFile()) ? readFileSync(logFile(), "utf8") : "");

function secrets(): NonNullable<RawCluster["secrets"]> {
  if (cluster.secrets === undefined) throw new Error("the cluster has no TLS");
  return cluster.secrets;
}

function state(): string {
  const { operator, clientAuthority } = secrets();
  const value = {
    schemaVersion: 2,
    name: "demo",
    target: "aws",
    members: ADDRESSES.map((address, index) => ({
      name: `etcd-${index}`,
      endpoint: `https://${address}:2379`,
      peerUrl: `https://${address}:2380`,
      address,
      aws: {
        instanceId: INSTANCES[index],
        networkInterfaceId: "eni-0",
        dataVolumeId: "vol-0",
        availabilityZone: "eu-central-1a",
      },
    })),
    learners: [],
    tls: { caFile: clientAuthority.caFile, certFile: operator.certFile, keyFile: operator.keyFile },
    aws: { region: "eu-central-1", vpcId: "vpc-0", securityGroupId: "sg-0", bucket: "demo" },
  };
  return JSON.stringify({ version: 4, outputs: { etcd_cluster: { value, type: "dynamic" } }, resources: [] });
}

/** What becomes of a session to an instance from now on. */
const behaviour = new Map<string, { does: string; port: number }>();
function instance(index: number, does: string): void {
  const endpoint = cluster.members[index]?.endpoint ?? "";
  behaviour.set(INSTANCES[index] ?? "", { does, port: Number(new URL(endpoint).port) });
  writeFileSync(join(project.folder, "stand-in.json"), JSON.stringify(Object.fromEntries(behaviour)));
}

function environment(): NonNullable<RunOptions["env"]> {
  return {
    PATH: [join(project.folder, "bin"), process.env["PATH"]].join(delimiter),
    STAND_IN: join(project.folder, "stand-in.json"),
    STAND_IN_LOG: logFile(),
    TARGET: "aws",
  };
}

/** What this machine's loopback and the addresses of the state have in common. */
const CHECKS = ["--checks", "same-cluster,write-read"];
const VERIFY = ["verify", "--via", "ssm", ...CHECKS];

/** Processes of tunnels that were opened, the CLI's and the plugin's. */
function processes(): { target: string; cli: number; plugin: number }[] {
  return [...log().matchAll(/^opened (\S+) (\d+) (\d+)$/gm)].map(([, target = "", cli, plugin]) => ({
    target,
    cli: Number(cli),
    plugin: Number(plugin),
  }));
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Ended, but not yet noticed by its parent.
  return !/^\d+ \(.*\) Z /s.test(
    existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "",
  );
}

function left(): number[] {
  return processes()
    .flatMap(({ cli, plugin }) => [cli, plugin])
    .filter(lives);
}

describe("through AWS Session Manager", { concurrent: false, timeout: TEST_MS }, () => {
  test("every member is asked by its own tunnel, as who it is, and the tunnels are closed", async () => {
    const { code, stdout, stderr, output } = await project.run([...VERIFY, "--output", "json"], {
      env: environment(),
    });
    expect(code, output).toBe(0);
    expect(stderr).toBe("opening 3 tunnels through AWS Session Manager\n");
    const { endpoints } = JSON.parse(stdout) as { endpoints: { endpoint: string; status: object | null }[] };
    expect(endpoints.map(({ endpoint }) => endpoint)).toEqual(
      ADDRESSES.map((address) => `https://${address}:2379`),
    );
    expect(endpoints.every(({ status }) => status !== null)).toBe(true);
    expect(
      processes()
        .map(({ target }) => target)
        .toSorted(),
    ).toEqual(INSTANCES);
    expect(left()).toEqual([]);
    // As with Ctrl-C, so that the session ends on the instance too.
    for (const target of INSTANCES) expect(log()).toContain(`terminated ${target}`);
  });

  test("a member without a connection is unreachable, and the others are asked", async () => {
    instance(1, "TargetNotConnected");
    const { code, stdout, output } = await project.run([...VERIFY, "--output", "json"], {
      env: environment(),
    });
    expect(code, output).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: "unhealthy",
      endpoints: [
        { problem: null },
        {
          problem: {
            kind: "unreachable",
            message: "Session Manager has no connection to its machine",
            remedy: expect.stringContaining("aws.sessionManager: true"),
          },
        },
        { problem: null },
      ],
    });
    expect(left()).toEqual([]);
  });

  test("a machine on which etcd does not run is told from one that cannot be reached", async () => {
    const member = cluster.members[2];
    await member?.kill();
    try {
      const { code, stdout } = await project.run(["status", "--via", "ssm", "--output", "json"], {
        env: environment(),
      });
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        endpoints: [
          { problem: null },
          { problem: null },
          { problem: { message: expect.stringContaining("connection refused on the machine itself") } },
        ],
      });
    } finally {
      await member?.restart();
    }
  });

  test("nothing is known of a cluster none of whose machines is connected", async () => {
    INSTANCES.forEach((_, index) => instance(index, "TargetNotConnected"));
    const { code, stdout } = await project.run(VERIFY, { env: environment() });
    expect(code).toBe(3);
    expect(stdout).toContain("Session Manager has no connection to its machine");
  });

  test("a machine that is connected later is waited for", async () => {
    instance(0, "TargetNotConnected");
    const verify = project.start([...VERIFY, "--wait", "60s"], { env: environment() });
    await vi.waitFor(
      () => expect(verify.output()).toContain("etcd-0: Session Manager has no connection"),
      WAIT,
    );
    instance(0, "connected");
    const { code, output } = await verify.result;
    expect(code, output).toBe(0);
    expect(output).toContain("etcd-0: healthy");
    expect(left()).toEqual([]);
  });

  test.each<[string, string, string]>([
    [
      "no-plugin",
      "the AWS CLI finds no session-manager-plugin",
      "Install it and put it on PATH: https://docs.aws",
    ],
    ["no-credentials", "there are no AWS credentials here", "aws sso login"],
    ["no-network", "AWS itself cannot be reached", "proxy"],
    ["ExpiredTokenException", "the AWS credentials have expired", "aws sso login"],
    ["UnrecognizedClientException", "AWS does not know these credentials", "AWS_PROFILE"],
  ])("what would be the same for every member ends it: %s", async (does, message, remedy) => {
    INSTANCES.forEach((_, index) => instance(index, does));
    const { code, stdout, stderr } = await project.run(VERIFY, { env: environment() });
    expect(code, stderr).toBe(4);
    expect(stdout).toBe("");
    expect(stderr).toContain(`error: cannot open tunnels through AWS Session Manager: ${message}`);
    expect(stderr).toContain(remedy);
    expect(stderr).not.toMatch(STACK);
  });

  test("a machine without the AWS CLI is told how to get it", async () => {
    const { code, stderr } = await project.run(VERIFY, {
      env: { ...environment(), PATH: join(project.folder, "empty") },
    });
    expect(code, stderr).toBe(4);
    expect(stderr).toContain("the AWS CLI (aws) is not on PATH");
    expect(stderr).toContain("getting-started-install");
    expect(stderr).not.toMatch(STACK);
  });

  test("Ctrl-C while tunnels open ends them", async () => {
    instance(1, "hangs");
    const verify = project.start(VERIFY, { env: environment() });
    await vi.waitFor(() => expect(processes()).toHaveLength(2), WAIT);
    process.kill(-verify.child.pid!, "SIGINT");
    const { code, stderr } = await verify.result;
    expect(code, stderr).toBe(130);
    expect(left()).toEqual([]);
  });

  test("one that breaks is that member's problem until it is open again; Ctrl-C closes all", async () => {
    const watch = project.start(["status", "--via", "ssm", "--watch", "200ms", "--output", "json"], {
      env: environment(),
    });
    const last = (): (string | null)[] => {
      const line = watch.output().trimEnd().split("\n").at(-1) ?? "";
      if (!line.startsWith("{")) return [];
      const { endpoints } = JSON.parse(line) as { endpoints: { problem: { message: string } | null }[] };
      return endpoints.map(({ problem }) => problem?.message ?? null);
    };
    await vi.waitFor(() => expect(last()).toEqual([null, null, null]), WAIT);
    const broken = processes().find(({ target }) => target === INSTANCES[0]);
    // The CLI alone: the plugin would go on without it.
    process.kill(broken!.cli, "SIGKILL");
    await vi.waitFor(
      () => expect(last()).toEqual([expect.stringContaining("tunnel ended"), null, null]),
      WAIT,
    );
    expect(lives(broken!.plugin)).toBe(false);
    await vi.waitFor(() => expect(last()).toEqual([null, null, null]), WAIT);

    process.kill(-watch.child.pid!, "SIGINT");
    const { code, stderr } = await watch.result;
    expect(code, stderr).toBe(0);
    expect(left()).toEqual([]);
  });

  test.each(["SIGTERM", "SIGKILL"] as const)(
    "tunnels end with the program, also when it is ended by %s, and with sessions that do not end by themselves",
    async (signal) => {
      instance(2, "ends-never");
      const watch = project.start(["status", "--via", "ssm", "--watch", "200ms", "--output", "json"], {
        env: environment(),
      });
      await vi.waitFor(() => expect(watch.output()).toContain('"status"'), WAIT);
      expect(left()).toHaveLength(6);
      process.kill(watch.child.pid!, signal);
      await watch.result;
      await vi.waitFor(() => expect(left()).toEqual([]), WAIT);
      for (const target of INSTANCES) expect(log()).toContain(`terminated ${target}`);
    },
  );

  test("services are registered through them, and withdrawn before they close", async () => {
    const options = { env: environment() };
    const endpoint = ["--endpoint", "http://10.40.9.9:80"];
    const registering = project.start(["services", "register", "far", "--via", "ssm", ...endpoint], options);
    await vi.waitFor(() => expect(registering.output()).toContain("registered as /micro/far/"), WAIT);
    const get = (): Promise<CliResult> => project.run(["services", "get", "far", "--via", "ssm"], options);
    expect(await get()).toMatchObject({ code: 0, stdout: "http://10.40.9.9:80\n" });
    process.kill(-registering.child.pid!, "SIGINT");
    const { code, stderr } = await registering.result;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/withdrawn\n$/);
    expect(await get()).toMatchObject({ code: 1, stdout: "" });
    expect(left()).toEqual([]);
  });

  test("is refused where there are no instances", async () => {
    const endpoints = cluster.endpoints.join(",");
    for (const whom of [
      ["--endpoints", endpoints],
      ["--from", "definition"],
    ]) {
      const { code, stderr } = await project.run(["verify", "--via", "ssm", ...whom], { env: environment() });
      expect(code).toBe(2);
      expect(stderr).toContain("--via leads to the instances of the deployed cluster");
    }
  });
});
