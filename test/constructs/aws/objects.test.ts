import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { programs } from "../../../lib/rendering";
import { ALL_KEYS, aws, REGION, TLS } from "../../stacks/definitions";
import { synthesize, type Synthesized } from "../../stacks/synthesized";
import { useProject } from "../../stacks/use-project";

useProject();

const RELEASE = { release: "3.6.14" };
const CERTIFICATES = ["client-ca.crt", "server.crt", "server.key", "peer-ca.crt", "peer.crt", "peer.key"];

/** Object keys but for the programs, with where their content comes from. */
function objects(stack: Synthesized): Record<string, unknown> {
  return Object.fromEntries(
    stack
      .all("aws_s3_object")
      .filter(({ key }) => !String(key).startsWith("programs/"))
      .map(({ key, source, content }) => [String(key), source ?? content]),
  );
}

test("each member finds its certificates and the id of its volume", async () => {
  const stack = await synthesize(aws({ members: 1, etcd: RELEASE }));
  const pki = "../../../pki/demo";
  expect(objects(stack)).toEqual({
    "members/etcd-0/client-ca.crt": `${pki}/client-ca.crt`,
    "members/etcd-0/server.crt": `${pki}/members/etcd-0/server.crt`,
    "members/etcd-0/server.key": `${pki}/members/etcd-0/server.key`,
    "members/etcd-0/peer-ca.crt": `${pki}/peer-ca.crt`,
    "members/etcd-0/peer.crt": `${pki}/members/etcd-0/peer.crt`,
    "members/etcd-0/peer.key": `${pki}/members/etcd-0/peer.key`,
    "members/etcd-0/data-volume": "${aws_ebs_volume.etcd-0_data.id}",
    "etcd/v3.6.14/etcd-v3.6.14-linux-arm64.tar.gz":
      "../../../.cdktf-etcd/tarballs/etcd-v3.6.14-linux-arm64.tar.gz",
  });
});

test("the programs of the machines are there as they are rendered, safe from Terraform's templates", async () => {
  const stack = await synthesize(aws());
  const uploads = stack.all("aws_s3_object").filter(({ key }) => String(key).startsWith("programs/"));
  const asTerraformReads = (text: unknown) => String(text).replaceAll(/([$%])\1\{/g, "$1{");
  expect(Object.fromEntries(uploads.map(({ key, content }) => [key, asTerraformReads(content)]))).toEqual(
    Object.fromEntries(programs().map(({ key, content }) => [key, content])),
  );
  for (const { content } of uploads) expect(content).not.toMatch(/(?<![$%])[$%]\{/);
  for (const instance of stack.all("aws_instance"))
    expect(instance["depends_on"]).toEqual(expect.arrayContaining(["aws_s3_object.programs_etcd-sync"]));
});

test("files are named from the stack's folder, where they are, and Terraform hashes them itself", async () => {
  const stack = await synthesize(aws());
  const stackFolder = join(process.cwd(), "cdktf.out", "stacks", "demo-aws");
  const uploads = stack.all("aws_s3_object").filter(({ key }) => /\.(crt|key)$/.test(String(key)));
  expect(uploads).toHaveLength(3 * CERTIFICATES.length);
  for (const { source, source_hash } of uploads) {
    expect(existsSync(join(stackFolder, String(source)))).toBe(true);
    expect(source_hash).toBe(`\${filesha256("${String(source)}")}`);
  }
});

test("the CA's own keys go nowhere", async () => {
  const stack = await synthesize(aws());
  const sources = Object.values(objects(stack)).map(String);
  expect(sources.filter((source) => /ca\.key$/.test(source))).toEqual([]);
  expect(sources.filter((source) => source.includes("/clients/"))).toEqual([]);
});

test.each([
  ["plain HTTP", false as const],
  ["files that are on the machines already", TLS],
])("no certificates with %s", async (_, tls) => {
  const stack = await synthesize(aws({ tls, etcd: RELEASE }));
  expect(Object.keys(objects(stack)).filter((key) => key.startsWith("members/"))).toEqual(
    [0, 1, 2].map((index) => `members/etcd-${index}/data-volume`),
  );
});

test("the deploy fetches the tarball before it uploads it, and again for another one or another bucket", async () => {
  const stack = await synthesize(aws({ etcd: RELEASE }));
  const sums = JSON.parse(
    readFileSync(join(__dirname, "../../../lib/cluster/etcd-releases.json"), "utf8"),
  ) as unknown;
  const fetched = stack.resources("terraform_data")["tarball"];
  const triggers = fetched?.["triggers_replace"] as { sha256: string; bucket: string };
  expect(JSON.stringify(sums)).toContain(triggers.sha256);
  expect(triggers.bucket).toBe("${aws_s3_bucket.storage_bucket.bucket}");
  const [{ "local-exec": step }] = fetched?.["provisioner"] as [{ "local-exec": Record<string, unknown> }];
  expect(step).toMatchObject({
    command: "node bin/run.js bin/cdktf-etcd.ts aws fetch-tarball",
    working_dir: "../../..",
  });
  expect(JSON.parse((step["environment"] as Record<string, string>)["CDKTF_ETCD_TARBALL"]!)).toEqual({
    url: "https://github.com/etcd-io/etcd/releases/download/v3.6.14/etcd-v3.6.14-linux-arm64.tar.gz",
    sha256: triggers.sha256,
    file: ".cdktf-etcd/tarballs/etcd-v3.6.14-linux-arm64.tar.gz",
  });
  expect(stack.resources("aws_s3_object")["tarball_object"]).toMatchObject({
    source_hash: triggers.sha256,
    depends_on: ["aws_s3_bucket_policy.storage_policy", "terraform_data.tarball"],
  });
});

test("nothing is fetched or uploaded where members download etcd themselves", async () => {
  const stack = await synthesize(aws(ALL_KEYS));
  expect(Object.keys(objects(stack)).filter((key) => key.startsWith("etcd/"))).toEqual([]);
  expect(stack.resources("terraform_data")).not.toHaveProperty("tarball");
});

test("objects stay below the limit of ten tags, also where the provider adds its own", async () => {
  const tags = Object.fromEntries(Array.from({ length: 47 }, (_, index) => [`tag-${index}`, "x"]));
  const stack = await synthesize(aws({ aws: { region: REGION, tags } }));
  for (const object of stack.all("aws_s3_object")) {
    expect(object).not.toHaveProperty("tags");
    expect(object["override_provider"]).toEqual({ default_tags: { tags: {} } });
  }
});

test("the bucket is the cluster's alone, unless the definition names one", async () => {
  const nameOf = async (bucket?: { name: string }) =>
    (await synthesize(aws({ aws: { region: REGION, bucket } }))).all("aws_s3_bucket").map((b) => b["bucket"]);
  expect(await nameOf()).toEqual([
    "etcd-demo-${data.aws_caller_identity.account_caller.account_id}-eu-central-1",
  ]);
  expect(await nameOf({ name: "given" })).toEqual(["given"]);
});
