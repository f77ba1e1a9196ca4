import { beforeAll, describe, expect, test } from "vitest";
import { aws, REGION } from "../../stacks/definitions";
import { synthesize, type Synthesized } from "../../stacks/synthesized";
import { useProject } from "../../stacks/use-project";

useProject();

const BUCKET = "${local.storage_bucket_arn}";
const DNS_SUFFIX = "${data.aws_partition.account_partition.dns_suffix}";
const TARBALL = `${BUCKET}/etcd/v3.6.14/etcd-v3.6.14-linux-arm64.tar.gz`;
const PROGRAMS = `${BUCKET}/programs/*`;
const etcd = { release: "3.6.14" };

const accessOf = (stack: Synthesized, member: string) =>
  stack.data("aws_iam_policy_document")[`${member}_access`]?.["statement"];

describe("the role of a member", () => {
  let stack: Synthesized;
  beforeAll(async () => {
    stack = await synthesize(aws({ etcd }));
  });

  test("may do this and nothing else", () => {
    const viaS3 = {
      test: "StringEquals",
      variable: "kms:ViaService",
      values: [`s3.${REGION}.${DNS_SUFFIX}`],
    };
    const only = (...values: string[]) => [
      viaS3,
      { test: "StringLike", variable: "kms:EncryptionContext:aws:s3:arn", values },
    ];
    const [own, status, backups] = ["members", "status", "backups"].map(
      (part) => `${BUCKET}/${part}/etcd-1/*`,
    );
    expect(accessOf(stack, "etcd-1")).toEqual([
      { sid: "ReadOwnFiles", actions: ["s3:GetObject"], resources: [own, PROGRAMS, TARBALL, status] },
      { sid: "WriteOwnStatusAndBackups", actions: ["s3:PutObject"], resources: [status, backups] },
      {
        sid: "ListOwnStatus",
        actions: ["s3:ListBucket"],
        resources: [BUCKET],
        condition: [{ test: "StringLike", variable: "s3:prefix", values: ["status/etcd-1/*"] }],
      },
      {
        sid: "Decrypt",
        actions: ["kms:Decrypt"],
        resources: ["${local.storage_key_arn}"],
        condition: only(own!, PROGRAMS, TARBALL, status!, backups!),
      },
      {
        sid: "Encrypt",
        actions: ["kms:GenerateDataKey"],
        resources: ["${local.storage_key_arn}"],
        condition: only(status!, backups!),
      },
    ]);
  });

  test("is for EC2 instances alone", () => {
    expect(stack.data("aws_iam_policy_document")["trust"]).toEqual({
      statement: [
        {
          actions: ["sts:AssumeRole"],
          principals: [{ type: "Service", identifiers: [`ec2.${DNS_SUFFIX}`] }],
        },
      ],
    });
    for (const { assume_role_policy } of stack.all("aws_iam_role"))
      expect(assume_role_policy).toBe("${data.aws_iam_policy_document.trust.json}");
  });

  test("is called after cluster, member and region, because the account has no second of a name", () => {
    const names = [0, 1, 2].map((index) => `etcd-demo-etcd-${index}-${REGION}`);
    expect(stack.all("aws_iam_role").map(({ name }) => name)).toEqual(names);
    expect(stack.all("aws_iam_instance_profile").map(({ name }) => name)).toEqual(names);
  });
});

test("a member that downloads etcd itself reads no tarball", async () => {
  const stack = await synthesize(
    aws({ etcd: { ...etcd, source: "download" }, aws: { region: REGION, network: { internet: "nat" } } }),
  );
  expect(JSON.stringify(accessOf(stack, "etcd-0"))).not.toContain(TARBALL);
});

test("no member's part of the bucket is within another's, whatever their names", async () => {
  const members = ["etcd-1", "etcd-10", "etcd-1.a"].map((name) => ({ name }));
  const stack = await synthesize(aws({ etcd, members }));
  const parts = Object.values(stack.data("aws_iam_policy_document"))
    .flatMap(({ statement }) => statement as { sid?: string; resources?: string[] }[])
    .filter(({ sid }) => sid === "ReadOwnFiles")
    .flatMap(({ resources }) => resources!)
    .filter((resource) => resource.includes("/members/"))
    .map((resource) => resource.replace(/\*$/, ""));
  expect(parts).toHaveLength(3);
  for (const part of parts) expect(parts.filter((other) => other.startsWith(part))).toEqual([part]);
});
