/** A cluster in a VPC of your own, next to other things of yours; README.md beside this file says how to run it. */
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { defineCluster, ensurePki, EtcdCluster, type AwsCluster } from "cdktf-etcd";
import { App, LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

const region = "eu-central-1";

/** Written out, because the members' addresses are worked out before there is a subnet. */
const SUBNETS = ["a", "b", "c"].map((zone, index) => ({
  cidr: `10.42.${index}.0/24`,
  availabilityZone: `${region}${zone}`,
}));

class PlatformStack extends TerraformStack {
  readonly cluster: AwsCluster;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // From the stack's folder; CDKTF's default is the absolute path of this checkout.
    new LocalBackend(this, { path: "../../../terraform.platform.tfstate" });
    new AwsProvider(this, "aws", { region, defaultTags: [{ tags: { team: "platform" } }] });

    const vpc = new Vpc(this, "vpc", { cidrBlock: "10.42.0.0/16", enableDnsHostnames: true });
    const routes = new RouteTable(this, "routes", { vpcId: vpc.id });
    const subnets = SUBNETS.map(({ cidr, availabilityZone }, index) => {
      const subnet = new Subnet(this, `subnet_${index}`, {
        vpcId: vpc.id,
        cidrBlock: cidr,
        availabilityZone,
      });
      new RouteTableAssociation(this, `subnet_${index}_routes`, {
        subnetId: subnet.id,
        routeTableId: routes.id,
      });
      return { id: subnet.id, cidr, availabilityZone };
    });
    const applications = new SecurityGroup(this, "applications", { vpcId: vpc.id });

    this.cluster = defineCluster({
      name: "discovery",
      target: "aws",
      aws: {
        region,
        instanceType: "r7i.large",
        network: { vpcId: vpc.id, subnets, routeTableIds: [routes.id] },
        clientAccess: { securityGroupIds: [applications.id] },
        dataVolume: { size: "50GiB", iops: 4000 },
      },
    });
  }

  addEtcd(): void {
    const { instances } = new EtcdCluster(this, "etcd", { cluster: this.cluster });
    // Roles take policies of your own.
    for (const [name, { role }] of instances) {
      new IamRolePolicyAttachment(this, `metrics_of_${name}`, {
        role: role.name,
        policyArn: "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
      });
    }
  }
}

async function main(): Promise<void> {
  const app = new App();
  const stack = new PlatformStack(app, "platform");
  // Once, by hand: `npx tsx existing-vpc.ts certificates`. Whoever has the CA keys in pki/ can sign for the cluster.
  if (process.argv[2] === "certificates") {
    await ensurePki(stack.cluster);
    return;
  }
  stack.addEtcd();
  app.synth();
}

void main();
