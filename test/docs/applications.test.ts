import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../lib/cli/exit-codes";
import { CliProject, STACK } from "../support/cli";

/** The commands of the document, in the order in which they stand there. */
const blocks = [
  ...readFileSync(join(__dirname, "..", "..", "docs", "applications.md"), "utf8").matchAll(
    /^```sh\n(.*?)^```$/gms,
  ),
].map(([, lines = ""]) => lines.replaceAll(/^cdktf-etcd /gm, "$CLI "));

test("what the document has one type gives an application its own access, and the operator stays in", async () => {
  const project = await CliProject.create({ members: 1 });
  const up = await project.run(["up"]);
  expect(up.code, up.output).toBe(EXIT.ok);

  expect(blocks.length).toBeGreaterThan(3);
  const outputs: string[] = [];
  for (const block of blocks) {
    const { code, output } = await project.shell(`set -e\n${block}`);
    expect(code, `${block}\n${output}`).toBe(EXIT.ok);
    expect(output).not.toMatch(STACK);
    outputs.push(output);
  }
  const said = outputs.join("");
  expect(said).toContain("my-app  my-app  read and write  /micro/user-srv/*");
  expect(said).toContain("/micro/user-srv/hello\nworld\n");
  expect(said).toContain("my-app  my-app  read  /micro/user-srv/*");

  // The last of them takes writing away.
  const denied = await project.run(["etcdctl", "--client", "my-app", "put", "/micro/user-srv/hello", "me"]);
  expect(denied.output).toContain("permission denied");
  const read = ["etcdctl", "--client", "my-app", "get", "/micro/user-srv/hello", "--print-value-only"];
  const another = { ETCDCTL_USER: "somebody:else", ETCDCTL_PASSWORD: "else" };
  expect(await project.run(read, { env: another })).toMatchObject({ code: EXIT.ok, stdout: "world\n" });
  const verify = await project.run(["verify"]);
  expect(verify.code, verify.output).toBe(EXIT.ok);
}, 240_000);
