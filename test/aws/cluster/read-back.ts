/** What AWS holds after the first deploy, read back through its API. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { MEMBER_TLS_FILES } from "../../../lib/cluster/bucket";
import { programs } from "../../../lib/rendering";
import type { AwsState } from "../support/aws-state";
import { ACCOUNT_ID } from "../support/emulator";
import { ADDRESSES, DOMAIN, instanceOf, MEMBERS, REGION, type ClusterLife } from "./life";

const ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] as const;
const BUCKET = `etcd-demo-${ACCOUNT_ID}-${REGION}`;

const sha256 = (content: string): string => createHash("sha256").update(content).digest("hex");

export function holdsWhatWasDefined(life: () => ClusterLife, state: () => AwsState): void {
  const volumeOf = (id: string | undefined) => state().volumes.find((volume) => volume.id === id);
  const dataVolume = (member: string) =>
    state().volumes.find(
      ({ id, tags }) =>
        tags["etcd-member"] === member &&
        !state().instances.some(({ devices }) => devices[0]?.volumeId === id),
    );
  const bucketKey = () => state().kmsKeys[0];

  test("three instances that are what the definition says, and three interfaces with their addresses", () => {
    expect(state().instances).toHaveLength(3);
    expect(state().interfaces).toHaveLength(3);
    for (const [index, member] of MEMBERS.entries()) {
      const { interfaceIds, ...instance } = instanceOf(state(), member);
      expect(instance).toMatchObject({
        state: "running",
        privateIp: ADDRESSES[index],
        publicIp: null,
        availabilityZone: ZONES[index],
        placementGroup: "etcd-demo",
        keyName: null,
        ebsOptimized: true,
        terminationProtection: true,
        metadataOptions: { endpoint: "enabled", tokens: "required", hopLimit: 1 },
      });
      const interfaces = state().interfaces.filter(({ id }) => interfaceIds.includes(id));
      expect(interfaces).toMatchObject([
        {
          privateIp: ADDRESSES[index],
          publicIp: null,
          instanceId: instance.id,
          availabilityZone: ZONES[index],
          securityGroupIds: [state().securityGroups.find(({ name }) => name === "etcd-demo")?.id],
        },
      ]);
    }
    expect(state().placementGroups).toMatchObject([{ name: "etcd-demo", strategy: "spread" }]);
  });

  test.each(MEMBERS)("the user data of %s, byte for byte what render prints", async (member) => {
    const { code, stdout, stderr } = await life().cli("render", member, "--target", "aws");
    expect(code, stderr).toBe(0);
    expect(instanceOf(state(), member).userData).toBe(stdout);
  });

  test("in each of them the same list of members, with the addresses of their interfaces", () => {
    const lists = MEMBERS.map(
      (member) => /ETCD_INITIAL_CLUSTER=(\S+)/.exec(instanceOf(state(), member).userData ?? "")?.[1],
    );
    const expected = MEMBERS.map((member) => {
      const [networkInterface] = state().interfaces.filter(({ tags }) => tags["etcd-member"] === member);
      return `${member}=https://${networkInterface?.privateIp}:2380`;
    }).join(",");
    expect(lists).toEqual([expected, expected, expected]);
  });

  test("encrypted volumes in the zones of the subnets: a root and a data volume for each member", () => {
    expect(state().volumes).toHaveLength(6);
    for (const [index, member] of MEMBERS.entries()) {
      const { id, devices, subnetId } = instanceOf(state(), member);
      const availabilityZone = state().subnets.find((subnet) => subnet.id === subnetId)?.availabilityZone;
      expect(availabilityZone).toBe(ZONES[index]);
      const common = { type: "gp3", encrypted: true, availabilityZone, state: "in-use" };
      expect(volumeOf(devices[0]?.volumeId)).toMatchObject({ ...common, sizeGiB: 8 });
      expect(devices[0]).toMatchObject({ deleteOnTermination: true });
      expect(dataVolume(member)).toMatchObject({
        ...common,
        ...{ sizeGiB: 20, iops: 3000, throughputMiBps: 125 },
        attachments: [{ instanceId: id, device: "/dev/sdf" }],
        tags: { Name: `demo-${member}-data`, "etcd-cluster": "demo", "etcd-member": member },
      });
    }
  });

  test("a private network: no gateway, no address of its own, and S3 by an endpoint for the bucket alone", () => {
    const { internetGateways, natGateways, elasticIps, subnets, vpcs, vpcEndpoints, routeTables } = state();
    expect({ internetGateways, natGateways, elasticIps }).toEqual({
      internetGateways: [],
      natGateways: [],
      elasticIps: [],
    });
    expect(vpcs).toMatchObject([{ cidr: "10.40.0.0/16" }]);
    expect(subnets.map(({ mapPublicIpOnLaunch }) => mapPublicIpOnLaunch)).toEqual([false, false, false]);
    expect(vpcEndpoints).toMatchObject([{ type: "Gateway", service: `com.amazonaws.${REGION}.s3` }]);
    const [endpoint] = vpcEndpoints;
    const allowed = endpoint?.policy?.Statement.flatMap(({ Resource }) => Resource ?? []).toSorted();
    expect(allowed).toEqual([`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`]);
    const routes = routeTables.find(({ subnetIds }) => subnetIds.length === 3)?.routes ?? [];
    expect(routes.map(({ target }) => target).toSorted()).toEqual(["local", endpoint?.id]);
  });

  test("exactly the rules of the definition, and none in the group that every VPC has", () => {
    const group = state().securityGroups.find(({ name }) => name === "etcd-demo");
    const [endpoint] = state().vpcEndpoints;
    const routes = state().routeTables.flatMap((table) => table.routes);
    const s3 = routes.find(({ target }) => target === endpoint?.id)?.destination;
    const rules = group?.rules.map((rule) => [
      rule.direction,
      rule.protocol,
      rule.fromPort,
      rule.toPort,
      rule.cidr ?? rule.securityGroupId ?? rule.prefixListId,
      rule.description,
    ]);
    expect(rules?.map((rule) => rule.join(" ")).toSorted()).toEqual(
      [
        "ingress tcp 2379 2379 10.40.0.0/16 etcd clients",
        `ingress tcp 2379 2379 ${group?.id} members as clients of each other`,
        `ingress tcp 2380 2380 ${group?.id} etcd peers`,
        `egress tcp 2379 2379 ${group?.id} members as clients of each other`,
        `egress tcp 2380 2380 ${group?.id} etcd peers`,
        `egress tcp 443 443 ${s3} the bucket of the cluster, in S3`,
      ].toSorted(),
    );
    const others = state().securityGroups.filter(({ id }) => id !== group?.id);
    expect(others).toMatchObject([{ name: "default", rules: [] }]);
  });

  test("a bucket that is private, versioned, and encrypted with a key of its own", () => {
    expect(state().kmsKeys).toMatchObject([{ rotation: true, aliases: ["alias/etcd-demo"] }]);
    expect(state().buckets).toMatchObject([
      {
        name: BUCKET,
        versioning: "Enabled",
        encryption: "aws:kms",
        kmsKeyId: bucketKey()?.arn,
        publicAccessBlocked: true,
        objectOwnership: "BucketOwnerEnforced",
        policy: {
          Statement: [
            {
              Effect: "Deny",
              Principal: "*",
              Action: "s3:*",
              Resource: [`arn:aws:s3:::${BUCKET}/*`, `arn:aws:s3:::${BUCKET}`],
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        },
      },
    ]);
  });

  test("in the bucket what the machines fetch: the very files of this project, and nothing else", async () => {
    const { release, architecture, sha256: tarball } = life().mirror;
    const expected: Record<string, string> = {
      [`etcd/v${release}/etcd-v${release}-linux-${architecture}.tar.gz`]: tarball,
    };
    for (const program of programs()) expected[`programs/${program.name}`] = sha256(program.content);
    for (const member of MEMBERS) {
      const files = life().tlsFiles(member);
      for (const name of MEMBER_TLS_FILES)
        expected[`members/${member}/${name}`] = await life().sha256(files[name]);
      expected[`members/${member}/data-volume`] = sha256(dataVolume(member)?.id ?? "");
    }
    const objects = state().buckets[0]?.objects ?? [];
    expect(Object.fromEntries(objects.map((object) => [object.key, object.sha256]))).toEqual(expected);
    for (const object of objects)
      expect(object, object.key).toMatchObject({ encryption: "aws:kms", kmsKeyId: bucketKey()?.arn });
  });

  test("a name for each member, and the records by which etcd's clients find all of them", () => {
    expect(state().hostedZones).toMatchObject([
      { name: `${DOMAIN}.`, isPrivate: true, vpcIds: [state().vpcs[0]?.id] },
    ]);
    const service = (name: string, port: number) => ({
      name: `${name}._tcp.${DOMAIN}.`,
      type: "SRV",
      ttlSeconds: 300,
      values: MEMBERS.map((member) => `0 0 ${port} ${member}.${DOMAIN}`),
    });
    const records = state().hostedZones[0]?.records.toSorted((a, b) => a.name.localeCompare(b.name));
    expect(records).toEqual([
      service("_etcd-client-ssl", 2379),
      service("_etcd-server-ssl", 2380),
      ...MEMBERS.map((member, index) => ({
        name: `${member}.${DOMAIN}.`,
        type: "A",
        ttlSeconds: 300,
        values: [ADDRESSES[index]],
      })),
    ]);
  });
}
