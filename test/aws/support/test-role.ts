import type { Emulator } from "./emulator";

/** In IAM's words. */
type Statement = Readonly<Record<string, unknown>>;

const EC2: Statement = { Service: "ec2.amazonaws.com" };

/**
 * Makes a role, and a profile of the same name for instances.
 * @param trusted who may have it
 */
export async function makeRole(
  emulator: Emulator,
  name: string,
  statements: readonly Statement[],
  trusted: Statement = EC2,
): Promise<void> {
  const document = (...Statement: readonly Statement[]): string =>
    JSON.stringify({ Version: "2012-10-17", Statement });
  const trust = { Effect: "Allow", Principal: trusted, Action: "sts:AssumeRole" };
  await emulator.response("iam", "create_role", {
    RoleName: name,
    AssumeRolePolicyDocument: document(trust),
  });
  if (statements.length > 0)
    await emulator.response("iam", "put_role_policy", {
      RoleName: name,
      PolicyName: "test",
      PolicyDocument: document(...statements),
    });
  await emulator.response("iam", "create_instance_profile", { InstanceProfileName: name });
  await emulator.response("iam", "add_role_to_instance_profile", {
    InstanceProfileName: name,
    RoleName: name,
  });
}
