import { App, type AppConfig } from "cdktf";
import type { Cluster } from "../cluster/cluster";

/** An app with the one stack of the cluster's target; only that target's bindings are loaded. */
export async function buildApp(cluster: Cluster, config: AppConfig = {}): Promise<App> {
  const app = new App(config);
  if (cluster.target === "aws") {
    const { AwsStack } = await import("./aws-stack.js");
    new AwsStack(app, cluster);
  } else {
    const { LocalStack } = await import("./local-stack.js");
    new LocalStack(app, cluster);
  }
  return app;
}
