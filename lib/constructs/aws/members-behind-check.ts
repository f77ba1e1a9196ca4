import type { Instance } from "@cdktf/provider-aws/lib/instance";
import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { createHash } from "node:crypto";

export interface ExpectedUserData {
  readonly name: string;
  readonly userData: string;
  readonly instance: Instance;
}

/**
 * A Terraform `check` that warns, on every plan and apply, of the members whose instance still runs older user data: a
 * plain deploy never replaces them by itself.
 */
export class MembersBehindCheck extends Construct {
  constructor(scope: Construct, id: string, members: readonly ExpectedUserData[]) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    for (const { name, userData, instance } of members) {
      // Provider 5 keeps the sha1 of the text in its state, provider 6 the text.
      const known = [sha1(userData), userData];
      stack.addOverride(`check.${instance.friendlyUniqueId}_is_current`, {
        assert: {
          condition: `\${contains(${JSON.stringify(known)}, ${instance.fqn}.user_data)}`,
          error_message: `member ${name} still runs on older user data; replace its instance alone, when the others are healthy: TF_CLI_ARGS_apply="-replace=${instance.fqn}" cdktf deploy`,
        },
      });
    }
  }
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
