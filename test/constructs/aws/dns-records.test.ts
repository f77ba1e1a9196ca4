import { expect, test } from "vitest";
import { aws, EXISTING_VPC, REGION } from "../../stacks/definitions";
import { synthesize, type Synthesized } from "../../stacks/synthesized";
import { useProject } from "../../stacks/use-project";

useProject();

const dns = { domain: "etcd.example.internal" };
const records = (stack: Synthesized) =>
  stack.all("aws_route53_record").map(({ name, type, records: values }) => [type, name, values]);

test("each member has a name, and etcd's clients and peers find all of them", async () => {
  const stack = await synthesize(aws({ aws: { region: REGION, dns } }));
  const services = (port: number) =>
    [0, 1, 2].map((index) => `0 0 ${port} etcd-${index}.etcd.example.internal`);
  expect(records(stack)).toEqual([
    ["SRV", "_etcd-client-ssl._tcp.etcd.example.internal", services(2379)],
    ["A", "etcd-0.etcd.example.internal", ["10.40.0.10"]],
    ["A", "etcd-1.etcd.example.internal", ["10.40.1.10"]],
    ["A", "etcd-2.etcd.example.internal", ["10.40.2.10"]],
    ["SRV", "_etcd-server-ssl._tcp.etcd.example.internal", services(2380)],
  ]);
  for (const { zone_id } of stack.all("aws_route53_record"))
    expect(zone_id).toBe("${aws_route53_zone.dns_zone.zone_id}");
});

test("services of plain HTTP have their own names", async () => {
  const stack = await synthesize(aws({ tls: false, aws: { region: REGION, dns } }));
  expect(records(stack).map(([, name]) => name)).toEqual(
    expect.arrayContaining([
      "_etcd-client._tcp.etcd.example.internal",
      "_etcd-server._tcp.etcd.example.internal",
    ]),
  );
});

test("the zone is private to the members' VPC, and VPCs that others add to it stay", async () => {
  const ofNewVpc = await synthesize(aws({ aws: { region: REGION, dns } }));
  expect(ofNewVpc.all("aws_route53_zone")).toMatchObject([
    {
      name: "etcd.example.internal",
      vpc: [{ vpc_id: "${aws_vpc.network_vpc.id}" }],
      lifecycle: { ignore_changes: ["vpc"] },
    },
  ]);
  const ofExisting = await synthesize(aws({ aws: { ...EXISTING_VPC.aws, dns } }));
  expect(ofExisting.all("aws_route53_zone")).toMatchObject([{ vpc: [{ vpc_id: "vpc-0123456789abcdef0" }] }]);
});

test("a zone that is there already is taken", async () => {
  const zoneId = "Z0123456789ABCDEFGHIJ";
  const stack = await synthesize(aws({ aws: { region: REGION, dns: { ...dns, zoneId } } }));
  expect(stack.all("aws_route53_zone")).toEqual([]);
  for (const record of stack.all("aws_route53_record")) expect(record["zone_id"]).toBe(zoneId);
});
