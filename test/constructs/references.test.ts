import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { DataAwsAmi } from "@cdktf/provider-aws/lib/data-aws-ami";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Route53Zone } from "@cdktf/provider-aws/lib/route53-zone";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { App, TerraformStack } from "cdktf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EtcdCluster } from "../../lib";
import { AWS_PROVIDER_VERSIONS } from "../../lib/stacks/aws-stack";
import { Synthesized } from "../stacks/synthesized";
import { useProject } from "../stacks/use-project";
import { Terraform, TERRAFORM_TIMEOUT_MS } from "../support/terraform";

useProject();

let terraform: Terraform;
beforeAll(async () => {
  terraform = await Terraform.create();
});
afterAll(() => terraform.remove());

/** What other teams have in their stack, and what the cluster is told of it: nothing of it has an id yet. */
function platform(): Synthesized {
  const stack = new TerraformStack(new App(), "platform");
  new AwsProvider(stack, "aws", { region: "eu-central-1" });
  stack.addOverride("terraform.required_providers.aws.version", AWS_PROVIDER_VERSIONS);
  const vpc = new Vpc(stack, "vpc", { cidrBlock: "10.9.0.0/16" });
  const subnet = new Subnet(stack, "subnet", { vpcId: vpc.id, cidrBlock: "10.9.1.0/24" });
  const routes = new RouteTable(stack, "routes", { vpcId: vpc.id });
  const clients = new SecurityGroup(stack, "clients", { vpcId: vpc.id });
  const key = new KmsKey(stack, "key", {});
  const image = new DataAwsAmi(stack, "image", { owners: ["self"], mostRecent: true });
  const zone = new Route53Zone(stack, "zone", { name: "example.internal" });
  new EtcdCluster(stack, "etcd", {
    name: "inside",
    tls: false,
    aws: {
      region: "eu-central-1",
      amiId: image.id,
      network: {
        vpcId: vpc.id,
        subnets: [{ id: subnet.id, cidr: "10.9.1.0/24", availabilityZone: "eu-central-1a" }],
        routeTableIds: [routes.id],
      },
      clientAccess: { securityGroupIds: [clients.id] },
      dataVolume: { kmsKeyId: key.arn },
      bucket: { kmsKeyId: key.arn },
      dns: { domain: "etcd.example.internal", zoneId: zone.zoneId },
    },
  });
  return Synthesized.of(stack);
}

test("the construct lives among resources that the same app creates", () => {
  const { text, json } = platform();
  expect(text).toContain('"subnet_id": "${aws_subnet.subnet.id}"');
  expect(text).toContain('"referenced_security_group_id": "${aws_security_group.clients.id}"');
  expect(text).toContain('"vpc_id": "${aws_vpc.vpc.id}"');
  // A reference inside an expression is one, and no text.
  expect(text).toContain('"condition": "${self.vpc_id == aws_vpc.vpc.id}"');
  expect(text).toContain("is in the VPC ${self.vpc_id}, and the definition says ${aws_vpc.vpc.id}.");
  const checks = Object.values(json.check ?? {}).flatMap(({ assert }) => assert);
  expect(checks.map(({ condition }) => condition)).toContainEqual(
    expect.stringMatching(/^\$\{aws_instance\.\S+\.ami == data\.aws_ami\.image\.id\}$/),
  );
});

test(
  "and the real provider has nothing to say about it",
  async () => {
    const dir = join(process.cwd(), "cdktf.out", "stacks", "platform");
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, "cdk.tf.json"), platform().text);
    expect(await terraform.validate(dir)).toEqual([]);
  },
  2 * TERRAFORM_TIMEOUT_MS,
);
