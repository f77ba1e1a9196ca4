/** What a scanner of infrastructure code would look for, in every stack that differs in what it makes of AWS. */
import { describe, expect, test } from "vitest";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AwsCluster } from "../../lib/cluster/cluster";
import { aws, VARIANTS } from "./definitions";
import { synthesize, type Attributes, type Synthesized } from "./synthesized";
import { useProject } from "./use-project";

useProject();

const variants = Object.entries(VARIANTS).map(([name, definition]): [string, AwsCluster] => [
  name,
  aws(definition),
]);

const EVERYBODY = /^(0\.0\.0\.0|::)\/0$/;

/** Statements that may hold a `*`, by their sid, each with the reason. */
const WILDCARDS: Readonly<Record<string, string>> = {
  IamPoliciesOfThisAccountDecide:
    "in a key's policy `*` is that key; it is what AWS gives a key by default, and without it nobody could manage the key",
  NothingWithoutTls: "denies, and denies everything",
  SessionManager: "actions that AWS does not let be limited to a resource",
};

interface Statement {
  readonly sid?: string;
  readonly effect?: string;
  readonly actions: readonly string[];
  readonly resources?: readonly string[];
  readonly principals?: readonly { readonly type: string; readonly identifiers: readonly string[] }[];
  readonly condition?: readonly {
    readonly test: string;
    readonly variable: string;
    readonly values: readonly string[];
  }[];
}

function statements(stack: Synthesized, document?: string): Statement[] {
  return Object.entries(stack.data("aws_iam_policy_document"))
    .filter(([name]) => document === undefined || name === document)
    .flatMap(([, { statement }]) => statement as Statement[]);
}

/** The one resource that goes by this bucket. */
function ofBucket(stack: Synthesized, type: string): Attributes {
  const [resource, ...others] = stack.all(type);
  expect(others).toEqual([]);
  expect(resource).toMatchObject({ bucket: "${aws_s3_bucket.storage_bucket.bucket}" });
  return resource!;
}

describe.each(variants)("%s", (_, cluster) => {
  test("lets nobody in from everywhere, unless the definition acknowledges it", async () => {
    const stack = await synthesize(cluster);
    const open = stack
      .all("aws_vpc_security_group_ingress_rule")
      .filter(({ cidr_ipv4 }) => EVERYBODY.test(String(cidr_ipv4)));
    const acknowledged = cluster.aws.clientAccess.cidrs.filter((cidr) => EVERYBODY.test(cidr));
    const ports = cluster.members[0]?.metricsUrl === undefined ? [2379] : [2379, 2381];
    expect(open.map(({ from_port }) => from_port).toSorted()).toEqual(acknowledged.length === 0 ? [] : ports);
    for (const group of [...stack.all("aws_security_group"), ...stack.all("aws_default_security_group")])
      for (const rules of ["ingress", "egress"]) expect(group).not.toHaveProperty(rules);
  });

  test("describes every rule, and lets nothing out to everywhere that is not said to need it", async () => {
    const stack = await synthesize(cluster);
    const rules = [
      ...stack.all("aws_vpc_security_group_ingress_rule"),
      ...stack.all("aws_vpc_security_group_egress_rule"),
    ];
    for (const rule of rules) {
      // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
      expect(rule["description"]).toMatch(/^[A-Za-z0-9 ._:/()#,@[\]+=&;{}!$*-]{1,255}$/);
      expect(rule["ip_protocol"]).toBe("tcp");
      expect(rule["from_port"]).toBe(rule["to_port"]);
    }
    const { internet, vpcId } = cluster.aws.network;
    const mayLeave =
      internet !== "none" ||
      cluster.etcd.source === "download" ||
      (cluster.aws.sessionManager && vpcId !== undefined);
    const out = rules.filter(
      ({ cidr_ipv4, description }) =>
        EVERYBODY.test(String(cidr_ipv4)) && !/client|metrics/.test(String(description)),
    );
    expect(out.length > 0).toBe(mayLeave);
  });

  test("gives public addresses only where the definition asks for them", async () => {
    const stack = await synthesize(cluster);
    const { internet } = cluster.aws.network;
    const expected = { none: 0, nat: 1, public: cluster.members.length }[internet];
    expect(stack.all("aws_eip")).toHaveLength(expected);
    for (const subnet of stack.all("aws_subnet")) expect(subnet["map_public_ip_on_launch"]).toBe(false);
    for (const instance of stack.all("aws_instance"))
      expect(instance).not.toHaveProperty("associate_public_ip_address");
  });

  test("encrypts everything that is stored", async () => {
    const stack = await synthesize(cluster);
    for (const volume of stack.all("aws_ebs_volume")) expect(volume["encrypted"]).toBe(true);
    for (const instance of stack.all("aws_instance"))
      expect(instance).toMatchObject({ root_block_device: { encrypted: true } });
    const given = cluster.aws.bucket.kmsKeyId;
    const key = "${local.storage_key_arn}";
    expect(stack.json.locals?.["storage_key_arn"]).toBe(given ?? "${aws_kms_key.storage_key.arn}");
    expect(ofBucket(stack, "aws_s3_bucket_server_side_encryption_configuration")["rule"]).toEqual([
      {
        apply_server_side_encryption_by_default: { sse_algorithm: "aws:kms", kms_master_key_id: key },
        bucket_key_enabled: false,
      },
    ]);
    for (const object of stack.all("aws_s3_object"))
      expect(object).toMatchObject({ server_side_encryption: "aws:kms", kms_key_id: key });
    expect(stack.all("aws_kms_key")).toHaveLength(given === undefined ? 1 : 0);
    for (const kmsKey of stack.all("aws_kms_key"))
      expect(kmsKey).toMatchObject({ enable_key_rotation: true, deletion_window_in_days: 30 });
    if (cluster.aws.state !== undefined)
      expect(stack.json.terraform["backend"]).toMatchObject({ s3: { encrypt: true } });
  });

  test("keeps the bucket private and versioned, and talks to it by TLS alone", async () => {
    const stack = await synthesize(cluster);
    expect(ofBucket(stack, "aws_s3_bucket_public_access_block")).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(ofBucket(stack, "aws_s3_bucket_versioning")).toMatchObject({
      versioning_configuration: { status: "Enabled" },
    });
    expect(ofBucket(stack, "aws_s3_bucket_ownership_controls")).toMatchObject({
      rule: { object_ownership: "BucketOwnerEnforced" },
    });
    const policy = ofBucket(stack, "aws_s3_bucket_policy");
    expect(policy["policy"]).toBe("${data.aws_iam_policy_document.storage_tls_only.json}");
    expect(statements(stack, "storage_tls_only")).toEqual([
      {
        sid: "NothingWithoutTls",
        effect: "Deny",
        principals: [{ type: "*", identifiers: ["*"] }],
        actions: ["s3:*"],
        resources: ["${local.storage_bucket_arn}", "${local.storage_bucket_arn}/*"],
        condition: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
      },
    ]);
    for (const object of stack.all("aws_s3_object"))
      expect(object["depends_on"]).toContain("aws_s3_bucket_policy.storage_policy");
  });

  test("lets nobody read instance metadata without a session token", async () => {
    const stack = await synthesize(cluster);
    for (const instance of stack.all("aws_instance")) {
      expect(instance).toMatchObject({
        metadata_options: {
          http_endpoint: "enabled",
          http_tokens: "required",
          http_put_response_hop_limit: 1,
        },
      });
      expect(instance).not.toHaveProperty("key_name");
    }
  });

  test("keeps what holds data from being destroyed, unless the definition gives it free", async () => {
    const stack = await synthesize(cluster);
    const { preventDestroy } = cluster.aws;
    for (const type of ["aws_ebs_volume", "aws_s3_bucket", "aws_kms_key"])
      for (const resource of stack.all(type))
        expect(resource, type).toMatchObject({ lifecycle: { prevent_destroy: preventDestroy } });
    expect(stack.all("aws_s3_bucket")).toMatchObject([{ force_destroy: !preventDestroy }]);
  });

  test("has no wildcard in a policy without a written reason", async () => {
    const stack = await synthesize(cluster);
    const wild = statements(stack).filter(
      ({ actions, resources = [] }) =>
        actions.some((action) => action.includes("*")) || resources.includes("*"),
    );
    expect(wild.map(({ sid }) => sid).filter((sid) => WILDCARDS[sid ?? ""] === undefined)).toEqual([]);
    // A `*` at the end of a path is everything below it, and only ever below the cluster's own bucket.
    for (const { sid, resources = [] } of statements(stack).filter((statement) => !wild.includes(statement)))
      for (const resource of resources.filter((candidate) => candidate.includes("*")))
        expect(resource, sid).toMatch(/^\$\{local\.storage_bucket_arn\}\/([^*]+\/)?\*$/);
    for (const statement of statements(stack)) {
      const anybody = (statement.principals ?? []).some(({ identifiers }) => identifiers.includes("*"));
      if (anybody) expect(statement.condition, statement.sid).not.toBeUndefined();
    }
    for (const type of ["aws_iam_role_policy_attachment", "aws_iam_user", "aws_iam_access_key"])
      expect(stack.all(type)).toEqual([]);
  });

  test("gives each member a role of its own, which opens its own part of the bucket alone", async () => {
    const stack = await synthesize(cluster);
    const names = cluster.members.map(({ name }) => name);
    expect(stack.all("aws_iam_role")).toHaveLength(names.length);
    for (const name of names) {
      const texts = statements(stack, `${name}_access`)
        .filter(({ sid }) => sid !== "SessionManager")
        .flatMap(({ resources = [], condition = [] }) => [
          ...resources,
          ...condition.filter(({ test: how }) => how === "StringLike").flatMap(({ values }) => values),
        ]);
      expect(texts).not.toEqual([]);
      for (const text of texts) {
        const path = text.replace(/^\$\{local\.storage_bucket_arn\}\/?/, "");
        const isAllowed =
          ["", "${local.storage_key_arn}"].includes(path) ||
          new RegExp(`^(members|status|backups)/${name}/\\*$`).test(path) ||
          path === "programs/*" ||
          (cluster.etcd.source === "bucket" && path.startsWith("etcd/v") && !path.includes("*"));
        expect(isAllowed, `${name}: ${text}`).toBe(true);
      }
      const instance = stack.resources("aws_instance")[`${name}_instance`];
      expect(instance?.["iam_instance_profile"]).toBe(`\${aws_iam_instance_profile.${name}_profile.name}`);
      expect(stack.resources("aws_iam_instance_profile")[`${name}_profile`]).toMatchObject({
        role: `\${aws_iam_role.${name}_role.name}`,
      });
      expect(stack.resources("aws_iam_role_policy")[`${name}_role_policy`]).toMatchObject({
        role: `\${aws_iam_role.${name}_role.name}`,
        policy: `\${data.aws_iam_policy_document.${name}_access.json}`,
      });
    }
  });

  test("holds no key", async () => {
    const { text } = await synthesize(cluster);
    expect(keysIn(text)).toEqual([]);
    if (cluster.tls?.pkiFolder !== undefined) expect(keyBodies().size).toBeGreaterThan(0);
  });
});

/** The first line of each private key in the project, by its file. */
function keyBodies(): Map<string, string> {
  const files = existsSync("pki") ? readdirSync("pki", { recursive: true, encoding: "utf8" }) : [];
  return new Map(
    files
      .filter((file) => file.endsWith(".key"))
      .map((file) => [file, readFileSync(join("pki", file), "utf8").split("\n")[1] ?? ""]),
  );
}

/** Private keys of the project, and whatever else looks like a key, in PEM or of AWS. */
function keysIn(text: string): string[] {
  const own = [...keyBodies()].filter(([, body]) => text.includes(body)).map(([file]) => file);
  return [...own, ...(text.match(/-----BEGIN [A-Z ]+-----|\b(AKIA|ASIA)[0-9A-Z]{16}\b/g) ?? [])];
}

test("a key that is planted is found", async () => {
  const { text } = await synthesize(aws());
  for (const [file, body] of keyBodies()) {
    expect(body).toMatch(/^[A-Za-z0-9+/]{60,}$/);
    expect(keysIn(text.replace("#cloud-config", `#cloud-config\\n# ${body}`))).toEqual([file]);
  }
  const pem = readFileSync("pki/demo/client-ca.key", "utf8");
  expect(keysIn(`${text}${pem}`)).toEqual(["demo/client-ca.key", "-----BEGIN PRIVATE KEY-----"]);
});

test("every reason is still needed", async () => {
  const used = new Set<string | undefined>();
  for (const [, cluster] of variants)
    for (const { sid } of statements(await synthesize(cluster))) used.add(sid);
  expect(Object.keys(WILDCARDS).filter((sid) => !used.has(sid))).toEqual([]);
});
