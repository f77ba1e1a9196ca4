/** A cluster with all defaults, in a VPC of its own; README.md beside this file says how to run it. */
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { defineCluster, ensurePki, EtcdCluster } from "cdktf-etcd";
import { App, LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

const cluster = defineCluster({
  name: "locks",
  target: "aws",
  etcd: { settings: { quotaBackendBytes: "4GiB", autoCompactionRetention: "30m" } },
  aws: { region: "eu-central-1", tags: { team: "platform", "cost-center": "4711" } },
});

class LocksStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    // From the stack's folder; CDKTF's default is the absolute path of this checkout.
    new LocalBackend(this, { path: "../../../terraform.locks.tfstate" });
    new AwsProvider(this, "aws", { region: cluster.aws.region });
    const locks = new EtcdCluster(this, "etcd", { cluster });
    new TerraformOutput(this, "endpoints", { value: locks.endpoints });
  }
}

async function main(): Promise<void> {
  // Once, by hand: `npx tsx default.ts certificates`. Whoever has the CA keys in pki/ can sign for the cluster.
  if (process.argv[2] === "certificates") {
    await ensurePki(cluster);
    return;
  }
  const app = new App();
  new LocksStack(app, "locks");
  app.synth();
}

void main();
