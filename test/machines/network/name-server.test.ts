import { describe, expect, onTestFinished, test, vi } from "vitest";
import { processTree, type TreeProcess } from "../../../lib/cli/process-tree";
import { NetworkNamespace } from "../../aws/support/network-namespace";
import { labProblem } from "../image/requirements";
import { NameServer } from "./name-server";
import { nameServerConfig } from "./name-server-config";
import { deployedState, S3_ADDRESS, withInterface, withoutRules } from "./support/deployed-state";
import { NetworkWithMachines } from "./support/network-with-machines";
import { vpcPlan } from "./vpc-plan";

const TIMEOUT_MS = 120_000;
const WAIT = { timeout: 30_000, interval: 100 };

/** Prints what the resolver answers, or the name of its refusal. */
const RESOLVE = `
const resolver = new (require("node:dns").promises.Resolver)({ timeout: 5000, tries: 4 });
const [server, ...questions] = process.argv.slice(1);
resolver.setServers([server]);
Promise.all(
  questions.map((question) => {
    const [type, name] = question.split(" ");
    return resolver.resolve(name, type).catch(({ code }) => code);
  }),
).then((answers) => console.log(JSON.stringify(answers)));
`;

async function resolve(
  lab: NetworkWithMachines,
  machine: string | null,
  server: string,
  ...questions: readonly string[]
): Promise<unknown> {
  const output = await lab.output(machine, [process.execPath, "-e", RESOLVE, server, ...questions]);
  return JSON.parse(output);
}

describe("the configuration of the name server", () => {
  test("has the names and interfaces of the VPC", () => {
    expect(nameServerConfig(vpcPlan(deployedState())!)).toMatchSnapshot();
  });

  test("uses the domain that AWS has in us-east-1", () => {
    const config = nameServerConfig({ ...vpcPlan(deployedState())!, region: "us-east-1" });
    expect(config).toContain("host-record=ip-10-40-0-10.ec2.internal,10.40.0.10\n");
    expect(config).toContain("domain=ec2.internal\n");
    expect(config).toContain("address=/s3.us-east-1.amazonaws.com/");
  });

  test("has the mask of a subnet of any size", () => {
    const state = deployedState();
    const subnets = state.subnets.map((subnet, index) =>
      index === 0 ? { ...subnet, cidr: "10.40.0.0/26" } : subnet,
    );
    const config = nameServerConfig(vpcPlan({ ...state, subnets })!);
    expect(config).toContain("dhcp-range=set:subnet-0000,10.40.0.0,static,255.255.255.192,1h\n");
  });
});

describe.skipIf(labProblem() !== undefined)("the name server of a VPC", { timeout: TIMEOUT_MS }, () => {
  test.each(["169.254.169.253", "10.40.0.2"])(
    "answers machines on %s, whatever the security groups are, from the private zone and for S3",
    async (server) => {
      const lab = await NetworkWithMachines.start(withoutRules(deployedState(), () => true));
      const questions = [
        "A etcd-1.etcd.example.internal",
        "SRV _etcd-server-ssl._tcp.etcd.example.internal",
        "A ip-10-40-2-10.eu-central-1.compute.internal",
        "PTR 10.2.40.10.in-addr.arpa",
        "A etcd-demo-123456789012-eu-central-1.s3.eu-central-1.amazonaws.com",
        "A s3.eu-central-1.amazonaws.com",
        // There is such a name, and it has no such record.
        "AAAA s3.eu-central-1.amazonaws.com",
        "AAAA etcd-1.etcd.example.internal",
        "A etcd-9.etcd.example.internal",
        "A s3.us-east-1.amazonaws.com",
        "A debian.org",
      ];
      const answers = (await resolve(lab, "etcd-0", server, ...questions)) as unknown[];
      const [, services] = answers as [unknown, { name: string }[]];
      services.sort((a, b) => a.name.localeCompare(b.name));
      expect(answers).toEqual([
        ["10.40.1.10"],
        [0, 1, 2].map((index) => ({
          name: `etcd-${index}.etcd.example.internal`,
          port: 2380,
          priority: 0,
          weight: 0,
        })),
        ["10.40.2.10"],
        ["ip-10-40-2-10.eu-central-1.compute.internal"],
        [S3_ADDRESS],
        [S3_ADDRESS],
        "ENODATA",
        "ENODATA",
        "ENOTFOUND",
        "ENOTFOUND",
        "ENOTFOUND",
      ]);
      expect(await lab.refusals()).toEqual([]);
    },
  );

  test("answers the operator, who is in the VPC", async () => {
    const lab = await NetworkWithMachines.start();
    expect(await resolve(lab, null, "10.40.0.2", "A etcd-0.etcd.example.internal")).toEqual([["10.40.0.10"]]);
  });

  test("offers each machine the address of its interface, and what AWS tells with it", async () => {
    const lab = await NetworkWithMachines.start();
    const offers = ["etcd-0", "etcd-2"].map(async (machine) => {
      await lab.output(machine, ["ip", "address", "flush", "dev", "ens5"]);
      return JSON.parse(await lab.probe(machine, "discover", "ens5", "10")) as unknown;
    });
    expect(await Promise.all(offers)).toEqual(
      [0, 2].map((index) => ({
        address: `10.40.${index}.10`,
        netmask: "255.255.255.0",
        router: `10.40.${index}.1`,
        dns: "10.40.0.2",
        hostName: `ip-10-40-${index}-10`,
        domain: "eu-central-1.compute.internal",
        mtu: 9001,
        leaseSeconds: 3600,
      })),
    );
    expect(lab.network.dhcpLog).toContain("DHCPOFFER(vpc-0a28000a) 10.40.0.10");
  });

  test("offers nothing to a NIC that no interface in AWS has", async () => {
    const lab = await NetworkWithMachines.start();
    await lab.network.update(withInterface(deployedState(), 0, { macAddress: "02:00:00:00:00:99" }));
    await lab.output("etcd-0", ["ip", "address", "flush", "dev", "ens5"]);
    await expect(lab.probe("etcd-0", "discover", "ens5", "2")).rejects.toThrow("no offer");
  });

  test("knows what has changed, and goes on when nothing has", async () => {
    const lab = await NetworkWithMachines.start();
    const state = deployedState();
    const before = dnsmasqPids();
    await lab.network.update(withoutRules(state, () => true));
    expect(dnsmasqPids()).toEqual(before);
    const hostedZones = state.hostedZones.map((zone) => ({
      ...zone,
      records: [
        { name: "new.example.internal.", type: "A", ttlSeconds: 60, values: ["10.40.0.10", "10.40.1.10"] },
      ],
    }));
    await lab.network.update({ ...state, hostedZones });
    const questions = ["A new.example.internal", "A etcd-0.etcd.example.internal"];
    const [found, gone] = (await resolve(lab, "etcd-0", "10.40.0.2", ...questions)) as [string[], unknown];
    expect(found.toSorted()).toEqual(["10.40.0.10", "10.40.1.10"]);
    expect(gone).toBe("ENOTFOUND");
    expect(dnsmasqPids()).toHaveLength(1);
    expect(dnsmasqPids()).not.toEqual(before);
  });

  test("says what is wrong with a configuration, and leaves no process behind", async () => {
    const namespace = await emptyNamespace();
    const server = new NameServer(namespace);
    await expect(server.serve("no-such-option\n")).rejects.toThrow(/dnsmasq ended with 1:\n.*bad option/s);
    await vi.waitFor(() => expect(startedIn(namespace)).toEqual([]), WAIT);
    await server.serve(QUIET);
    expect(dnsmasqPids()).toHaveLength(1);
  });

  test("ends when it is stopped, with all that was started for it", async () => {
    const namespace = await emptyNamespace();
    const server = new NameServer(namespace);
    await server.serve(QUIET);
    await server.stop();
    await vi.waitFor(() => expect(startedIn(namespace)).toEqual([]), WAIT);
  });

  test("ends with its namespace", async () => {
    const namespace = await emptyNamespace();
    await new NameServer(namespace).serve(QUIET);
    expect(dnsmasqPids()).toHaveLength(1);
    await namespace.remove();
    await vi.waitFor(() => expect(startedIn(namespace)).toEqual([]), WAIT);
  });
});

/** Answers nothing. */
const QUIET = "port=0\n";

async function emptyNamespace(): Promise<NetworkNamespace> {
  const namespace = await NetworkNamespace.create();
  onTestFinished(() => namespace.remove());
  return namespace;
}

function dnsmasqPids(): number[] {
  return processTree(process.pid).flatMap(({ name, pid }) => (name === "dnsmasq" ? [pid] : []));
}

/** What this process has started to run in a namespace, beside the process that holds it. */
function startedIn({ initPid }: NetworkNamespace): TreeProcess[] {
  return processTree(process.pid).filter(
    ({ name, pid }) => ["dnsmasq", "cat", "sh", "nsenter"].includes(name) && pid !== initPid,
  );
}
