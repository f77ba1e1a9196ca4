import type { AwsInstance, AwsRole } from "../../aws/support/aws-state";
import { dnsSuffix } from "./aws-names";
import type { Ec2State } from "./instance-metadata";
import type { Tree } from "./metadata-tree";
import type { RoleSession } from "./role-sessions";

/** The profile of an instance, as it came with it. */
export interface Profile {
  readonly id: string;
  readonly arn: string;
  readonly role: AwsRole | undefined;
}

export function profileOf({ id, profileArn }: AwsInstance, state: Ec2State): Profile | undefined {
  if (profileArn === null) return undefined;
  const profile = state.instanceProfiles.find(({ arn }) => arn === profileArn);
  if (profile === undefined) throw new Error(`the state has no ${profileArn}, which ${id} uses`);
  const role = state.roles.find(({ name }) => name === profile.roleNames[0]);
  return { id: profile.id, arn: profile.arn, role };
}

/** Whether EC2 is allowed to give a role to instances. */
export function trustsEc2({ trustPolicy }: AwsRole, region: string): boolean {
  return trustPolicy.Statement.some(
    ({ Effect, Action, Principal }) =>
      Effect === "Allow" &&
      listOf(Action).includes("sts:AssumeRole") &&
      listOf((Principal as { Service?: string | string[] }).Service).includes(`ec2.${dnsSuffix(region)}`),
  );
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return typeof value === "string" ? [value] : (value ?? []);
}

/**
 * The category `iam`.
 * @param session undefined when EC2 may not assume the role
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html
 */
export function roleMetadata({ id, arn, role }: Profile, session: RoleSession | undefined): Tree {
  const info = { Code: "Success", InstanceProfileArn: arn, InstanceProfileId: id };
  if (role === undefined) return { info: asText(info) };
  const document =
    session === undefined
      ? { Code: "AssumeRoleUnauthorizedAccess", Message: `EC2 cannot assume the role ${role.name}.` }
      : {
          Code: "Success",
          LastUpdated: secondsOf(session.issuedAt),
          Type: "AWS-HMAC",
          AccessKeyId: session.accessKeyId,
          SecretAccessKey: session.secretAccessKey,
          Token: session.sessionToken,
          Expiration: secondsOf(session.expiresAt),
        };
  return { info: asText(info), "security-credentials": { [role.name]: asText(document) } };
}

function asText(document: unknown): string {
  return JSON.stringify(document, null, 2);
}

/** `2026-11-23T22:55:18Z` */
function secondsOf(date: Date): string {
  return `${date.toISOString().slice(0, -".000Z".length)}Z`;
}
