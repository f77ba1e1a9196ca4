/** What a machine may do with its role: asked of AWS by requests with that role's own credentials. */
import { expect, test } from "vitest";
import type { AwsAnswer } from "../support/boto-session";
import type { AwsState } from "../support/aws-state";
import { ACCOUNT_ID } from "../support/emulator";
import { instanceOf, MEMBERS, REGION, type ClusterLife } from "./life";

const BUCKET = `etcd-demo-${ACCOUNT_ID}-${REGION}`;
const MARKER = "joined-demo";

export const roleName = (member: string): string => `etcd-demo-${member}-${REGION}`;

type Request = readonly [operation: string, parameters: Readonly<Record<string, unknown>>];

/** One request to the cluster's bucket, as a member. */
export async function askAs(life: ClusterLife, member: string, request: Request): Promise<AwsAnswer> {
  const [operation, parameters] = request;
  const credentials = await life.project.emulator.roleCredentials(roleName(member));
  const call = { service: "s3", operation, parameters: { Bucket: BUCKET, ...parameters }, credentials };
  return life.project.emulator.call(call);
}

export function letsMembersDoTheirPart(life: () => ClusterLife, state: () => AwsState): void {
  test("one role for each member, for instances only, and each with the same policy for its own name", () => {
    expect(
      state()
        .roles.map(({ name }) => name)
        .toSorted(),
    ).toEqual(MEMBERS.map(roleName));
    const policies = MEMBERS.map((member) => {
      const role = state().roles.find(({ name }) => name === roleName(member));
      expect(role).toMatchObject({
        attachedPolicyArns: [],
        trustPolicy: {
          Statement: [{ Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
        },
      });
      const profile = state().instanceProfiles.find(({ roleNames }) => roleNames.includes(roleName(member)));
      expect(instanceOf(state(), member).profileArn).toBe(profile?.arn);
      const text = JSON.stringify(role?.inlinePolicies);
      for (const other of MEMBERS.filter((name) => name !== member)) expect(text).not.toContain(other);
      return text.replaceAll(member, "MEMBER");
    });
    expect(new Set(policies).size).toBe(1);
  });

  test("a member reads its own files, the release and the programs, and keeps its status; and nothing else", async () => {
    const { release, architecture } = life().mirror;
    const tarball = `etcd/v${release}/etcd-v${release}-linux-${architecture}.tar.gz`;
    const program = state().buckets[0]?.objects.find(({ key }) => key.startsWith("programs/"))?.key;
    const put = (Key: string): Request => ["put_object", { Key, Body: "by a test" }];
    const requests: readonly Request[] = [
      ["get_object", { Key: "members/etcd-0/server.key" }],
      ["get_object", { Key: "members/etcd-0/data-volume" }],
      ["get_object", { Key: "members/etcd-1/server.key" }],
      ["get_object", { Key: "members/etcd-1/data-volume" }],
      ["get_object", { Key: tarball }],
      ["get_object", { Key: program }],
      put(program ?? ""),
      put(tarball),
      put("members/etcd-0/server.key"),
      put(`status/etcd-0/${MARKER}`),
      put(`status/etcd-1/${MARKER}`),
      put("backups/etcd-0/snapshot.db"),
      put("backups/etcd-1/snapshot.db"),
      put("anything"),
      ["get_object", { Key: `status/etcd-0/${MARKER}` }],
      ["get_object", { Key: "backups/etcd-0/snapshot.db" }],
      ["list_objects_v2", { Prefix: "status/etcd-0/" }],
      ["list_objects_v2", { Prefix: "status/" }],
      ["list_objects_v2", { Prefix: "members/" }],
      ["list_objects_v2", {}],
      ["delete_object", { Key: `status/etcd-0/${MARKER}` }],
      ["delete_object", { Key: "members/etcd-0/server.key" }],
    ];
    const answers: Record<string, string> = {};
    for (const request of requests) {
      const answer = await askAs(life(), "etcd-0", request);
      const [operation, { Key, Prefix = "everything" }] = request;
      answers[`${operation} ${String(Key ?? Prefix)}`] = answer.ok ? "allowed" : answer.code;
    }
    expect(answers).toEqual({
      "get_object members/etcd-0/server.key": "allowed",
      "get_object members/etcd-0/data-volume": "allowed",
      "get_object members/etcd-1/server.key": "AccessDenied",
      "get_object members/etcd-1/data-volume": "AccessDenied",
      [`get_object ${tarball}`]: "allowed",
      [`get_object ${program}`]: "allowed",
      [`put_object ${program}`]: "AccessDenied",
      [`put_object ${tarball}`]: "AccessDenied",
      "put_object members/etcd-0/server.key": "AccessDenied",
      [`put_object status/etcd-0/${MARKER}`]: "allowed",
      [`put_object status/etcd-1/${MARKER}`]: "AccessDenied",
      "put_object backups/etcd-0/snapshot.db": "allowed",
      "put_object backups/etcd-1/snapshot.db": "AccessDenied",
      "put_object anything": "AccessDenied",
      [`get_object status/etcd-0/${MARKER}`]: "allowed",
      "get_object backups/etcd-0/snapshot.db": "AccessDenied",
      "list_objects_v2 status/etcd-0/": "allowed",
      "list_objects_v2 status/": "AccessDenied",
      "list_objects_v2 members/": "AccessDenied",
      "list_objects_v2 everything": "AccessDenied",
      [`delete_object status/etcd-0/${MARKER}`]: "AccessDenied",
      "delete_object members/etcd-0/server.key": "AccessDenied",
    });
  });

  test("a member can do nothing but that in AWS", async () => {
    const credentials = await life().project.emulator.roleCredentials(roleName("etcd-0"));
    const KeyId = state().kmsKeys[0]?.arn;
    const calls = [
      { service: "ec2", operation: "describe_instances" },
      { service: "ssm", operation: "get_parameter", parameters: { Name: "/any" } },
      { service: "iam", operation: "list_roles" },
      { service: "s3", operation: "list_buckets" },
      { service: "kms", operation: "generate_data_key", parameters: { KeyId, KeySpec: "AES_256" } },
    ];
    const answers: string[] = [];
    for (const call of calls) {
      const answer = await life().project.emulator.call({ ...call, credentials });
      answers.push(`${call.service} ${answer.ok ? "allowed" : answer.code}`);
    }
    expect(answers).toEqual([
      "ec2 UnauthorizedOperation",
      "ssm AccessDeniedException",
      "iam AccessDenied",
      "s3 AccessDenied",
      "kms AccessDeniedException",
    ]);
  });
}
