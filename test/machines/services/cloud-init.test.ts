/** cloud-init's own EC2 data source, as a machine runs it at its first boot, against the metadata service. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { runProgram } from "../../../lib/local/run-program";
import { readBack } from "../../aws/support/aws-state";
import { ACCOUNT_ID, Emulator } from "../../aws/support/emulator";
import { NetworkNamespace } from "../../aws/support/network-namespace";
import { makeRole } from "../../aws/support/test-role";
import { TestVpc } from "../../aws/support/test-vpc";
import { debianTool } from "../../support/debian-tools";
import { Ec2Services } from "./ec2-services";

const ADDRESS = "10.40.0.10";
const USER_DATA = "#cloud-config\n# é\n";

// The first run on a machine downloads cloud-init.
const FIRST_RUN_MS = 300_000;

/** Whoever asks the metadata service from in here has the instance's address. */
const ARRIVE = `
ip addr add ${ADDRESS}/32 dev lo
ip route replace table local local 169.254.169.254 dev lo src ${ADDRESS}
`;

const CRAWL = `
import base64, json, logging, sys, tempfile
from cloudinit import helpers
from cloudinit.sources import DataSourceEc2 as ec2

logging.basicConfig(level=logging.WARNING, force=True)
# It knows EC2 by the firmware.
ec2.identify_platform = lambda: ec2.CloudNames.AWS
folder = tempfile.mkdtemp()
source = ec2.DataSourceEc2({}, None, helpers.Paths({"cloud_dir": folder, "run_dir": folder}))
source.metadata_urls = ["http://169.254.169.254"]
# How long it waits for a service that does not answer.
source.url_max_wait, source.url_timeout = 30, 10
found = source.crawl_metadata()
if not found:
    sys.exit("found nothing")
source.metadata = found["meta-data"]
source.identity = found["dynamic"]["instance-identity"]["document"]
print(json.dumps({
    "version": found["_metadata_api_version"],
    "userData": base64.b64encode(found["user-data"]).decode(),
    "metadata": found["meta-data"],
    "identity": source.identity,
    "instanceId": source.get_instance_id(),
    "zone": source.availability_zone,
    "region": source.region,
}))
`;

let namespace: NetworkNamespace;
let emulator: Emulator;
let services: Ec2Services;

beforeAll(async () => {
  namespace = await NetworkNamespace.create();
  emulator = await Emulator.start(namespace, "eu-central-1");
  const vpc = await TestVpc.create(emulator, "10.40.0.0/16");
  await makeRole(emulator, "reader", []);
  await vpc.launch({
    address: ADDRESS,
    role: "reader",
    userData: USER_DATA,
    tags: { Name: "demo-etcd-0", "etcd-member": "etcd-0" },
    metadataOptions: { HttpTokens: "required", InstanceMetadataTags: "enabled" },
  });
  services = await Ec2Services.start(namespace, emulator);
  await services.update(await readBack(emulator));
  const [file, ...args] = namespace.command(["/bin/sh", "-euc", ARRIVE], "/");
  expect((await runProgram(file, args)).failure).toBeUndefined();
});
afterAll(() => namespace?.remove());

async function crawl() {
  const { command, env } = await debianTool("cloud-init");
  // An installed cloud-init is a program of the system's Python.
  const python = command[0].endsWith("python3") ? command[0] : "/usr/bin/python3";
  const [file, ...args] = namespace.command([python, "-c", CRAWL], "/");
  return runProgram(file, args, { env, timeoutMs: 120_000 });
}

test(
  "it finds all that it asks for, in the newest version that it knows",
  async () => {
    const { failure, stdout, stderr } = await crawl();
    expect(failure, stderr).toBeUndefined();
    const found = JSON.parse(stdout) as Record<string, unknown>;
    const state = await readBack(emulator);
    const [instance] = state.instances;
    const [networkInterface] = state.interfaces;
    const { macAddress: mac } = networkInterface!;
    expect(Buffer.from(String(found["userData"]), "base64").toString()).toBe(USER_DATA);
    expect(found).toMatchObject({
      version: "2021-03-23",
      instanceId: instance!.id,
      zone: "eu-central-1a",
      region: "eu-central-1",
      identity: { accountId: ACCOUNT_ID, instanceId: instance!.id },
      metadata: {
        "instance-id": instance!.id,
        "local-hostname": "ip-10-40-0-10.eu-central-1.compute.internal",
        "block-device-mapping": { ami: "/dev/xvda", root: "/dev/xvda" },
        iam: { info: { Code: "Success" } },
        network: {
          interfaces: {
            macs: {
              [mac]: {
                "device-number": "0",
                "local-ipv4s": ADDRESS,
                mac,
                "subnet-ipv4-cidr-block": "10.40.0.0/16",
                "vpc-id": state.vpcs[0]!.id,
              },
            },
          },
        },
        placement: { "availability-zone": "eu-central-1a", region: "eu-central-1" },
        services: { domain: "amazonaws.com", partition: "aws" },
        tags: { instance: { Name: "demo-etcd-0", "etcd-member": "etcd-0" } },
      },
    });
    const requests = await services.requests();
    expect(requests.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
    // It leaves credentials alone.
    expect(requests.filter(({ path }) => path.includes("security-credentials"))).toEqual([]);
  },
  FIRST_RUN_MS,
);

test("it gives up at once where the endpoint is disabled", async () => {
  const state = await readBack(emulator);
  const instances = state.instances.map((instance) => ({
    ...instance,
    metadataOptions: { ...instance.metadataOptions, endpoint: "disabled" },
  }));
  await services.update({ ...state, instances });
  const { exitCode, stderr } = await crawl();
  expect(stderr).toContain("HTTP endpoint is disabled. Aborting.");
  expect(exitCode).toBe(1);
  await services.update(state);
});
