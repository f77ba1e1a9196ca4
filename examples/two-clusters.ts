/** Two clusters in one stack of an application of your own; README.md beside this file says how to run it. */
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { EtcdCluster, type AwsDefinition } from "cdktf-etcd";
import { App, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

const tags = { team: "platform", "cost-center": "4711" };

class CoordinationStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, "aws", { region: "eu-central-1" });

    // A VPC of its own, three members in three availability zones.
    const locks = new EtcdCluster(this, "locks", {
      name: "locks",
      etcd: { settings: { quotaBackendBytes: "4GiB", autoCompactionRetention: "30m" } },
      aws: { region: "eu-central-1", network: { cidr: "10.41.0.0/16" }, tags },
    });

    // Five members in a VPC that is there already.
    const existing: AwsDefinition = {
      region: "eu-central-1",
      instanceType: "r7i.large",
      network: {
        vpcId: "vpc-0a1b2c3d4e5f60718",
        subnets: [
          { id: "subnet-0a1b2c3d4e5f6071a", cidr: "172.31.16.0/20", availabilityZone: "eu-central-1a" },
          { id: "subnet-0a1b2c3d4e5f6071b", cidr: "172.31.32.0/20", availabilityZone: "eu-central-1b" },
          { id: "subnet-0a1b2c3d4e5f6071c", cidr: "172.31.48.0/20", availabilityZone: "eu-central-1c" },
        ],
      },
      clientAccess: { securityGroupIds: ["sg-0a1b2c3d4e5f60718"] },
      dataVolume: { size: "50GiB", iops: 4000 },
      tags,
    };
    const discovery = new EtcdCluster(this, "discovery", { name: "discovery", members: 5, aws: existing });

    new TerraformOutput(this, "endpoints", {
      value: { locks: locks.endpoints, discovery: discovery.endpoints },
    });
  }
}

const app = new App();
new CoordinationStack(app, "coordination");
app.synth();
