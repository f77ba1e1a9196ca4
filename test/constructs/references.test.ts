import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Testing } from "cdktf";
import { expect, test } from "vitest";
import { EtcdCluster } from "../../lib";

test("the construct lives in a VPC that the same app creates", () => {
  const json: unknown = JSON.parse(
    Testing.synthScope((scope) => {
      const vpc = new Vpc(scope, "vpc", { cidrBlock: "10.9.0.0/16" });
      const subnet = new Subnet(scope, "subnet", { vpcId: vpc.id, cidrBlock: "10.9.1.0/24" });
      const clients = new SecurityGroup(scope, "clients", { vpcId: vpc.id });
      new EtcdCluster(scope, "etcd", {
        name: "inside",
        aws: {
          region: "eu-central-1",
          network: {
            vpcId: vpc.id,
            subnets: [{ id: subnet.id, cidr: "10.9.1.0/24", availabilityZone: "eu-central-1a" }],
          },
          clientAccess: { securityGroupIds: [clients.id] },
        },
      });
    }),
  );
  const text = JSON.stringify(json);
  expect(text).toContain('"subnet_id":"${aws_subnet.subnet.id}"');
  expect(text).toContain('"referenced_security_group_id":"${aws_security_group.clients.id}"');
  expect(text).toContain('"vpc_id":"${aws_vpc.vpc.id}"');
});
