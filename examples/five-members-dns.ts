/** Five members that clients find by name, with the state in S3; README.md beside this file says how to run it. */
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { defineCluster, ensurePki, EtcdCluster } from "cdktf-etcd";
import { App, S3Backend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

const cluster = defineCluster({
  name: "metadata",
  target: "aws",
  members: 5,
  aws: {
    region: "eu-west-1",
    instanceType: "m7g.xlarge",
    image: "debian-12",
    network: { cidr: "10.43.0.0/20" },
    clientAccess: { cidrs: ["10.43.0.0/20", "10.50.0.0/16"] },
    dns: { domain: "metadata.example.internal" },
    sessionManager: true,
  },
});

class MetadataStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { region } = cluster.aws;
    const backend = new S3Backend(this, {
      bucket: "example-terraform-states",
      key: "metadata.tfstate",
      region,
      encrypt: true,
    });
    backend.addOverride("use_lockfile", true);
    new AwsProvider(this, "aws", { region });
    const metadata = new EtcdCluster(this, "etcd", { cluster });
    new TerraformOutput(this, "bucket", { value: metadata.bucketName });
  }
}

async function main(): Promise<void> {
  // Once, by hand: `npx tsx five-members-dns.ts certificates`. Whoever has the CA keys in pki/ can sign for the cluster.
  if (process.argv[2] === "certificates") {
    await ensurePki(cluster);
    return;
  }
  const app = new App();
  new MetadataStack(app, "metadata");
  app.synth();
}

void main();
