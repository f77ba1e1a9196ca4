import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runProgram } from "../../lib/local/run-program";
import { debianTool, type ToolName } from "./debian-tools";

// The first run on a machine downloads the packages.
const FIRST_RUN_MS = 300_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "debian-tools-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Example {
  tool: ToolName;
  args: readonly string[];
  file: string;
  good: string;
  bad: string;
  complaint: RegExp;
}

const EXAMPLES: readonly Example[] = [
  {
    tool: "shellcheck",
    args: [],
    file: "script.sh",
    good: '#!/bin/sh\nset -eu\necho "$1"\n',
    bad: "#!/bin/sh\nset -eu\necho $1\n",
    complaint: /SC2086/,
  },
  {
    tool: "cloud-init",
    args: ["schema", "--config-file"],
    file: "user-data.yaml",
    good: "#cloud-config\nwrite_files:\n  - path: /etc/etcd.env\n    content: A=1\n",
    bad: "#cloud-config\nwrite_files:\n  - content: A=1\n",
    complaint: /'path' is a required property/,
  },
  {
    tool: "systemd-analyze",
    args: ["verify"],
    file: "good.service",
    good: "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/true\n",
    bad: "[Unit]\nDescription=x\n[Service]\nExecStart=relative/path\n",
    complaint: /neither a valid executable name nor an absolute path/i,
  },
];

for (const ignorePath of [false, true]) {
  const origin = ignorePath ? "from Debian's package" : "as a test gets it";
  test.each(EXAMPLES)(
    `$tool, ${origin}, accepts what is right and refuses what is wrong`,
    async ({ tool, args, file, good, bad, complaint }) => {
      const { command, env } = await debianTool(tool, { ignorePath });
      const [program, ...prefix] = command;
      const path = join(folder, file);

      await writeFile(path, good);
      const accepted = await runProgram(program, [...prefix, ...args, path], { env });
      expect(accepted.failure, `${accepted.stdout}${accepted.stderr}`).toBeUndefined();

      await writeFile(path, bad);
      const refused = await runProgram(program, [...prefix, ...args, path], { env });
      expect(refused.exitCode).toBe(1);
      expect(`${refused.stdout}${refused.stderr}`).toMatch(complaint);
    },
    FIRST_RUN_MS,
  );
}
