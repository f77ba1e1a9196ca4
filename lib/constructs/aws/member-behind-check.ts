import type { Instance } from "@cdktf/provider-aws/lib/instance";
import { TerraformElement, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { createHash } from "node:crypto";

export interface MemberBehindCheckProps {
  readonly memberName: string;
  readonly instance: Instance;
  /** What the instance would get if it were created now. */
  readonly userData: string;
}

/**
 * A Terraform `check` that warns, on every plan and apply, when a member's instance still runs older user data: a plain deploy
 * never replaces it by itself.
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
    const { memberName, instance, userData } = this.props;
    // Not `instance.fqn`, which is a reference: the command names the resource.
    const address = `${instance.terraformResourceType}.${instance.friendlyUniqueId}`;
    const digest = createHash("sha1").update(userData).digest("hex");
    const replace = `TF_CLI_ARGS_apply="-replace=${address}" npx cdktf deploy ${TerraformStack.of(this).node.id}`;
    return {
      check: {
        [this.friendlyUniqueId]: {
          assert: {
            // Provider 5 keeps the text's sha1 in the state, provider 6 the text.
            condition: `\${contains([${address}.user_data, sha1(${address}.user_data)], "${digest}")}`,
            // Terraform breaks long lines, but none that begin with a space: this one is there to be copied.
            error_message: `Member ${memberName} still runs on older user data. Replace its instance, alone and while all others are healthy:\n\n  ${replace}`,
          },
        },
      },
    };
  }
}
