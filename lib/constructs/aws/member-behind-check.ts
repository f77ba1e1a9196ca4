import type { Instance } from "@cdktf/provider-aws/lib/instance";
import { TerraformElement, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { createHash } from "node:crypto";
import type { AwsCluster } from "../../cluster/cluster";
import { hclString } from "./hcl-string";

export interface MemberBehindCheckProps {
  readonly cluster: AwsCluster;
  readonly memberName: string;
  readonly instance: Instance;
  /** What the instance would get if it were created now. */
  readonly userData: string;
  readonly placementGroupName: string | undefined;
}

/**
 * What a plain deploy leaves alone, because Terraform would stop or replace the instances of all members at once. What it leaves
 * alone is told by {@link MemberBehindCheck}.
 */
export const LEFT_ALONE = ["ami", "user_data", "instance_type", "placement_group"];

/**
 * A Terraform `check` that warns, on every plan and apply, when a member's instance is not what the definition says: a plain
 * deploy never replaces it by itself.
 *
 * An AMI counts when the definition names it. One that is looked up is replaced by a newer one every few days, and a warning that
 * never goes away is not read.
 *
 * @see https://developer.hashicorp.com/terraform/language/block/check
 */
export class MemberBehindCheck extends TerraformElement {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: MemberBehindCheckProps,
  ) {
    super(scope, id);
  }

  override toTerraform(): object {
    const { memberName, instance } = this.props;
    // Not `instance.fqn`, which is a reference: the command names the resource.
    const address = `${instance.terraformResourceType}.${instance.friendlyUniqueId}`;
    // cdktf writes the construct's path behind every address that it prints. This one it does not recognize, and a shell does.
    const typed = address.replace(".", "\\.");
    const replace = `TF_CLI_ARGS_apply=-replace=${typed} npx cdktf deploy ${TerraformStack.of(this).node.id}`;
    return {
      check: {
        [this.friendlyUniqueId]: {
          assert: this.expectations(address).map(({ condition, otherwise }) => ({
            condition: `\${${condition}}`,
            // Terraform breaks long lines, but none that begin with a space: this one is there to be copied.
            error_message: `Member ${memberName} ${otherwise}. Replace its instance, alone and while all others are healthy:\n\n  ${replace}`,
          })),
        },
      },
    };
  }

  private expectations(address: string): { condition: string; otherwise: string }[] {
    const { cluster, userData, placementGroupName } = this.props;
    const { instanceType, amiId } = cluster.aws;
    const digest = createHash("sha1").update(userData).digest("hex");
    return [
      {
        // Provider 5 keeps the text's sha1 in the state, provider 6 the text.
        condition: `contains([${address}.user_data, sha1(${address}.user_data)], "${digest}")`,
        otherwise: "still runs on older user data",
      },
      {
        condition: `${address}.instance_type == ${hclString(instanceType)}`,
        otherwise: `still runs on a \${${address}.instance_type}, not on a ${instanceType}`,
      },
      placementGroupName === undefined
        ? {
            condition: `coalesce(${address}.placement_group, "none") == "none"`,
            otherwise: "is still in a placement group",
          }
        : {
            condition: `coalesce(${address}.placement_group, "none") == ${hclString(placementGroupName)}`,
            otherwise: "is not in the placement group of the cluster yet",
          },
      ...(amiId === undefined
        ? []
        : [
            {
              condition: `${address}.ami == ${hclString(amiId)}`,
              otherwise: `still runs on the AMI \${${address}.ami}, not on ${amiId}`,
            },
          ]),
    ];
  }
}
