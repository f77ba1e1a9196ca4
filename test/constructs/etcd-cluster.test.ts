import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, DefaultTokenResolver, StringConcat, TerraformStack, Token, Tokenization } from "cdktf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DefinitionError, ensurePki, EtcdCluster, type EtcdClusterProps } from "../../lib";
import { programs } from "../../lib/rendering";
import { aws, EXISTING_VPC, REGION, TLS } from "../stacks/definitions";
import { Synthesized } from "../stacks/synthesized";
import { useProject } from "../stacks/use-project";

useProject();

const MINIMAL: EtcdClusterProps = { name: "locks", tls: false, aws: { region: REGION } };
const SUBNET = { id: "subnet-0123456789abcdefa", availabilityZone: "eu-central-1a" };

let outdir: string;
beforeAll(async () => {
  outdir = await mkdtemp(join(tmpdir(), "cdktf-etcd-construct-"));
});
afterAll(() => rm(outdir, { recursive: true }));

/** A stack as somebody else would write it. */
function userStack(): TerraformStack {
  const stack = new TerraformStack(new App({ outdir }), "platform");
  new AwsProvider(stack, "aws", { region: REGION });
  return stack;
}

describe("EtcdCluster in a stack of somebody else", () => {
  test("with minimal props makes three members and says where they are", () => {
    const stack = userStack();
    const etcd = new EtcdCluster(stack, "etcd", MINIMAL);
    expect(etcd.endpoints).toEqual([
      "http://10.40.0.10:2379",
      "http://10.40.1.10:2379",
      "http://10.40.2.10:2379",
    ]);
    expect([...etcd.instances.keys()]).toEqual(["etcd-0", "etcd-1", "etcd-2"]);
    expect(etcd.cluster.members.map(({ address }) => address)).toEqual([
      "10.40.0.10",
      "10.40.1.10",
      "10.40.2.10",
    ]);
    expect(Synthesized.of(stack).all("aws_instance")).toHaveLength(3);
    expect(Synthesized.of(stack).resources("aws_kms_key")).not.toEqual({});
  });

  test("gives references for rules and resources of one's own", () => {
    const stack = userStack();
    const etcd = new EtcdCluster(stack, "etcd", MINIMAL);
    const resolve = (value: string): unknown =>
      Tokenization.resolve(value, { scope: stack, resolver: new DefaultTokenResolver(new StringConcat()) });
    expect(resolve(etcd.securityGroupId)).toMatch(
      /^\$\{aws_security_group\.etcd_security_group_members_[0-9A-F]{8}\.id\}$/,
    );
    expect(resolve(etcd.vpcId)).toMatch(/^\$\{aws_vpc\.etcd_network_vpc_[0-9A-F]{8}\.id\}$/);
    expect(resolve(etcd.bucketName)).toMatch(
      /^\$\{aws_s3_bucket\.etcd_storage_bucket_[0-9A-F]{8}\.bucket\}$/,
    );
    const member = etcd.instances.get("etcd-1");
    expect(resolve(member?.instance.id ?? "")).toMatch(
      /^\$\{aws_instance\.etcd_members_etcd-1_instance_[0-9A-F]{8}\.id\}$/,
    );
    expect(resolve(member?.role.name ?? "")).toMatch(
      /^\$\{aws_iam_role\.etcd_members_etcd-1_role_[0-9A-F]{8}\.name\}$/,
    );
  });

  test("sits twice in one stack without one name for two things", () => {
    const stack = userStack();
    new EtcdCluster(stack, "locks", MINIMAL);
    new EtcdCluster(stack, "discovery", { ...MINIMAL, name: "discovery", members: 5 });
    const synthesized = Synthesized.of(stack);
    const alone = userStack();
    new EtcdCluster(alone, "locks", MINIMAL);
    expect(synthesized.all("aws_instance")).toHaveLength(8);
    expect(synthesized.all("aws_vpc")).toHaveLength(2);
    expect(synthesized.all("terraform_data")).toHaveLength(4);
    expect(Object.keys(synthesized.json.check ?? {})).toHaveLength(8);
    expect(Object.values(synthesized.json.output ?? {}).map(({ value }) => value)).toMatchObject([
      { name: "discovery" },
      { name: "locks" },
    ]);
    // The second one changes nothing of the first.
    expect(synthesized.resources("aws_instance")).toMatchObject(
      Synthesized.of(alone).resources("aws_instance"),
    );
  });

  test("names in its warning of older user data the instance as it is called in that stack", () => {
    const stack = userStack();
    new EtcdCluster(stack, "etcd", MINIMAL);
    const synthesized = Synthesized.of(stack);
    const names = Object.keys(synthesized.resources("aws_instance"));
    const messages = Object.values(synthesized.json.check ?? {}).map(
      ({ assert }) => assert[0]?.error_message,
    );
    expect(messages).toHaveLength(3);
    for (const [index, message] of messages.entries()) {
      expect(message).toContain(`-replace=aws_instance\\.${names[index]} npx cdktf deploy platform`);
    }
  });

  test("takes a cluster that was validated before", () => {
    const cluster = aws({ ...EXISTING_VPC, tls: false });
    const etcd = new EtcdCluster(userStack(), "etcd", { cluster });
    expect(etcd.cluster).toBe(cluster);
    expect(etcd.vpcId).toBe("vpc-0123456789abcdef0");
  });

  test("leaves the check at the end of a deploy out when told so", () => {
    const stack = userStack();
    new EtcdCluster(stack, "etcd", { ...MINIMAL, postDeployCheck: false });
    expect(Object.keys(Synthesized.of(stack).resources("terraform_data"))).toEqual([
      expect.stringMatching(/^etcd_tarball_/),
    ]);
  });

  test.each([
    ["plain HTTP", {}, 1],
    ["mutual TLS", { tls: TLS }, 0],
  ])("warns at synth of %s as it deserves", (_, props, warnings) => {
    const etcd = new EtcdCluster(userStack(), "etcd", { ...MINIMAL, ...props });
    expect(etcd.node.metadata.filter(({ type }) => type === "@cdktf/warn")).toHaveLength(warnings);
  });

  test("also synthesizes as HCL", () => {
    const stack = userStack();
    new EtcdCluster(stack, "etcd", MINIMAL);
    const { hcl } = stack.toHclTerraform() as { hcl: string };
    expect(hcl).toMatch(
      /resource "terraform_data" "etcd_verify_endpoints_[0-9A-F]{8}" \{\s+triggers_replace = \{\s+etcd-0/,
    );
  });
});

describe("certificates", () => {
  const MANAGED: EtcdClusterProps = { name: "locks", aws: { region: REGION } };

  test("that are missing are refused before anything is made, with how to get them", () => {
    const stack = userStack();
    expect(() => new EtcdCluster(stack, "etcd", MANAGED)).toThrow(DefinitionError);
    expect(() => new EtcdCluster(stack, "again", MANAGED)).toThrow(
      /there are no certificates for locks yet[^]*cdktf-etcd pki init/,
    );
    expect(Synthesized.of(stack).types).toEqual([]);
  });

  test("that are there are taken, and an open key file is refused", async () => {
    await ensurePki(aws(MANAGED));
    const stack = userStack();
    const etcd = new EtcdCluster(stack, "etcd", MANAGED);
    expect(etcd.endpoints[0]).toBe("https://10.40.0.10:2379");
    expect(etcd.node.metadata.filter(({ type }) => type === "@cdktf/warn")).toEqual([]);
    expect(Synthesized.of(stack).all("aws_s3_object")).toHaveLength(3 * 7 + programs().length + 1);

    await chmod("pki/locks/members/etcd-1/peer.key", 0o644);
    expect(() => new EtcdCluster(userStack(), "etcd", MANAGED)).toThrow(
      /pki\/locks\/members\/etcd-1\/peer\.key[^]*chmod/,
    );
  });

  test("that end soon are a warning, and those that have ended are refused", async () => {
    const days = (count: number) => new Date(Date.now() + count * 86_400_000);
    const name = "old";
    const definition: EtcdClusterProps = { ...MANAGED, name };
    await ensurePki(aws({ name }), { now: days(-360) });
    const etcd = new EtcdCluster(userStack(), "etcd", definition);
    const warnings = etcd.node.metadata
      .filter(({ type }) => type === "@cdktf/warn")
      .map(({ data }) => String(data));
    expect(warnings).toContainEqual(expect.stringMatching(/server\.crt ends in \d+ days.*pki renew etcd-0/));

    await rm(`pki/${name}`, { recursive: true });
    await ensurePki(aws({ name }), { now: days(-400) });
    expect(() => new EtcdCluster(userStack(), "etcd", definition)).toThrow(/server\.crt.*pki renew etcd-0/s);
  });
});

describe("wrong props", () => {
  function mistakes(props: object): readonly string[] {
    try {
      new EtcdCluster(userStack(), "etcd", props as EtcdClusterProps);
    } catch (error) {
      if (error instanceof DefinitionError)
        return error.mistakes.map(({ file, path, message }) => `${file ?? ""}${path}: ${message}`);
      throw error;
    }
    throw new Error("no error");
  }

  test("fail with all that is wrong at once, by path and without a file", () => {
    const found = mistakes({
      name: "Locks",
      members: 4,
      etcd: { release: "3.6", settings: { heartbeatIntervalMs: "1s", electionTimeoutMs: "2s" } },
      aws: { region: "eu-central-1", instancetype: "m7g.large", dataVolume: { size: "2560MiB" } },
    });
    const paths = [
      "name",
      "members",
      "etcd.release",
      "etcd.settings.electionTimeoutMs",
      "aws.instancetype",
      "aws.dataVolume.size",
    ];
    for (const path of paths)
      expect(found).toContainEqual(expect.stringMatching(new RegExp(`^${path.replaceAll(".", "\\.")}: `)));
    expect(found).toHaveLength(paths.length);
  });

  test("fail for a missing region, and for a key of another target", () => {
    expect(mistakes({ name: "locks", aws: {} })).toEqual([expect.stringMatching(/^aws\.region: is missing/)]);
    expect(mistakes({ ...MINIMAL, locale: {} })).toEqual([expect.stringMatching(/^locale: unknown key/)]);
  });

  test("fail for a place of the state, which is the stack's affair", () => {
    expect(mistakes({ ...MINIMAL, aws: { region: REGION, state: { bucket: "states" } } })).toEqual([
      "aws.state: is not for a construct: the state belongs to the whole stack",
    ]);
  });

  test("fail for a range that is known only at deploy: the initial cluster and the rules are literal", () => {
    const network = {
      vpcId: "vpc-0123456789abcdef0",
      subnets: [{ ...SUBNET, cidr: Token.asString({ resolve: () => "" }) }],
    };
    expect(mistakes({ ...MINIMAL, aws: { ...EXISTING_VPC.aws, network } })).toEqual([
      expect.stringMatching(
        /^aws\.network\.subnets\[0\]\.cidr: must be an IPv4 range like .*, got "\$\{TfToken/,
      ),
    ]);
  });
});

describe("member names that could collide", () => {
  const NAMES = ["network", "verify", "security_group", "etcd_cluster", "a.b"];

  test("have resources of their own each", () => {
    const stack = userStack();
    new EtcdCluster(stack, "etcd", { ...MINIMAL, members: NAMES.map((name) => ({ name })) });
    const synthesized = Synthesized.of(stack);
    const types = [
      "aws_instance",
      "aws_ebs_volume",
      "aws_network_interface",
      "aws_volume_attachment",
      "aws_iam_role",
      "aws_iam_instance_profile",
    ];
    for (const type of types) {
      expect(synthesized.all(type)).toHaveLength(NAMES.length);
    }
  });
});
