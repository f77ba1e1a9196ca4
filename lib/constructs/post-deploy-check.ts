import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { ClusterOutputs } from "../cluster/outputs";
import { cliCommand } from "./cli-command";
import { TerraformData } from "./terraform-data";

export interface PostDeployCheckProps {
  readonly outputs: ClusterOutputs;
  /** The check runs again when one of these changes. */
  readonly triggers: Readonly<Record<string, unknown>>;
  readonly dependsOn: ITerraformDependable[];
}

/** Runs `cdktf-etcd verify` inside the deploy, after the members are there. */
export class PostDeployCheck extends Construct {
  constructor(scope: Construct, id: string, { outputs, triggers, dependsOn }: PostDeployCheckProps) {
    super(scope, id);
    new TerraformData(this, "endpoints", {
      triggersReplace: { ...triggers },
      dependsOn,
      provisioners: [
        {
          type: "local-exec",
          ...cliCommand(this, "verify --post-deploy"),
          environment: { CDKTF_ETCD_OUTPUTS: JSON.stringify(outputs) },
        },
      ],
    });
  }
}
