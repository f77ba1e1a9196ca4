import { TerraformLocal, TerraformOutput } from "cdktf";
import { Construct } from "constructs";
import { tlsFilesOf, type LocalCluster as Definition, type Member } from "../../cluster/cluster";
import { CLUSTER_OUTPUT, outputsOf } from "../../cluster/outputs";
import {
  generationOf,
  LOCAL_INPUT_VARIABLE,
  MEMBERSHIP_REMEDY,
  membershipProblems,
  trustOf,
  type LocalInput,
} from "../../local";
import { cliCommand } from "../cli-command";
import { PostDeployCheck } from "../post-deploy-check";
import { TerraformData } from "../terraform-data";

export interface LocalClusterProps {
  readonly cluster: Definition;
  /** Folder of processes, logs and data, relative to the project's folder. */
  readonly stateDir: string;
  /** Whether Terraform's state has this cluster already. */
  readonly isDeployed: boolean;
}

/** One etcd process per member on this machine, through Terraform's built-in `terraform_data`. */
export class LocalCluster extends Construct {
  constructor(scope: Construct, id: string, { cluster, stateDir, isDeployed }: LocalClusterProps) {
    super(scope, id);
    const members = cluster.members.map((member) => {
      // A process that died or trusts another CA gets a new generation, and with it a replacement in the plan. The CA itself is not
      // among the triggers: the first deploy makes it, and the plan after that would differ.
      const trust = trustOf(cluster.tls, member.name);
      const generation = generationOf(stateDir, member.name, { isDeployed, trust });
      return { member, generation, triggers: { ...definitionOf(cluster, member), generation } };
    });
    const input: LocalInput = { cluster, stateDir };
    const environment = { [LOCAL_INPUT_VARIABLE]: JSON.stringify(input) };

    // A plan that fails touches nothing; the preflight itself would come after members that are to be replaced are stopped.
    const problems = membershipProblems(cluster, stateDir);
    const refusal = new TerraformLocal(
      this,
      "refusal",
      problems.length === 0 ? "" : [...problems, MEMBERSHIP_REMEDY].join("\n"),
    );
    const preflight = new TerraformData(this, "preflight", {
      lifecycle: {
        precondition: [{ condition: `\${${refusal.fqn} == ""}`, errorMessage: `\${${refusal.fqn}}` }],
      },
      triggersReplace: Object.fromEntries(members.map(({ member, triggers }) => [member.name, triggers])),
      provisioners: [{ type: "local-exec", ...cliCommand(this, "local preflight"), environment }],
    });
    // A scope of their own: a member may have the name of anything else in the cluster.
    const memberScope = new Construct(this, "members");
    const processes = new Map(
      members.map(({ member: { name }, generation, triggers }) => [
        name,
        new TerraformData(new Construct(memberScope, name), "process", {
          input: { member: name, state_dir: stateDir },
          triggersReplace: triggers,
          dependsOn: [preflight],
          provisioners: [
            {
              type: "local-exec",
              ...cliCommand(this, `local start ${name} --generation ${generation}`),
              environment,
            },
            {
              type: "local-exec",
              when: "destroy",
              // A destroy provisioner may only speak of the resource itself.
              ...cliCommand(
                this,
                `local stop '\${self.input.member}' --state-dir '\${self.input.state_dir}'`,
              ),
            },
          ],
        }),
      ]),
    );

    new PostDeployCheck(this, "verify", {
      outputs: outputsOf(cluster),
      triggers: Object.fromEntries([...processes].map(([name, { id: processId }]) => [name, processId])),
      dependsOn: [...processes.values()],
    });
    new TerraformOutput(this, CLUSTER_OUTPUT, {
      value: outputsOf(cluster),
      description: "what cdktf-etcd verify reads",
    });
  }
}

/** All that decides how this member runs: a change of any of it replaces the process. */
function definitionOf(cluster: Definition, member: Member): Record<string, unknown> {
  return {
    etcd: cluster.etcd,
    etcd_path: cluster.local.etcdPath ?? null,
    tls:
      cluster.tls === undefined
        ? null
        : {
            client: tlsFilesOf(cluster.tls.client, member.name),
            peer: tlsFilesOf(cluster.tls.peer, member.name),
          },
    client_url: member.clientUrl,
    peer_url: member.peerUrl,
    metrics_url: member.metricsUrl ?? null,
  };
}
