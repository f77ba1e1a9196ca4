/** What a new instance fetches from the bucket is not there, or wrong. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { memberPrefix, tarballKey } from "../../../lib/cluster/bucket";
import { overwriteObjects } from "../lab/bucket-objects";
import type { Lab } from "../lab/lab";
import type { Drill } from "./drill";

const REFUSED = /connection refused/;

export const bucketUnreachable: Drill = {
  title: "the bucket cannot be reached at the first boot of a new instance, and comes back",
  async run(drill) {
    const { lab, followers, breaks, sees, mends } = drill;
    const [name = ""] = await followers();
    await breaks(async () => {
      await lab.wayToS3("closed");
      await lab.replace(name, { disk: "kept" });
    });
    await sees(name, REFUSED);
    await says(drill, name, /etcd-bucket: GET https:\S+: .*refused/);
    await mends(() => lab.wayToS3("open"));
  },
};

export const wrongTarball: Drill = {
  title: "the tarball in the bucket is another one, and put right",
  async run(drill) {
    const { lab, followers, breaks, sees, mends } = drill;
    const [name = ""] = await followers();
    const restore = await breaks(async () => {
      const undo = await overwriteObjects(lab, { [tarballKey(lab.cluster)]: "not a release of etcd" });
      await lab.replace(name, { disk: "kept" });
      return undo;
    });
    await sees(name, REFUSED);
    await says(drill, name, /etcd-install: FAILED: the tarball has the sha256 \w{8}/);
    await mends(restore);
  },
};

export const foreignCertificates: Drill = {
  title: "an instance gets another cluster's certificates; replaced with its own",
  async run({ lab, leader, followers, breaks, sees, mends, notes }) {
    const [name = ""] = await followers();
    const files = await certificatesOfAnotherCluster(lab, name);
    const restore = await breaks(async () => {
      const undo = await overwriteObjects(lab, files);
      await lab.replace(name, { disk: "kept" });
      return undo;
    });
    // Until it has met the others, etcd takes connections and lets them wait.
    await sees(name, /takes connections but gave no answer|signed by a CA that is not trusted here/);
    const judge = lab.machine(await leader());
    const from = lab.machine(name).address.replaceAll(".", "\\.");
    const said = new RegExp(`rejected connection.*"${from}:\\d+".*?((?:remote error: )?tls: [^"\\\\]+)`);
    const journal = async (): Promise<string> =>
      judge.must(["journalctl", "--unit=etcd", "--output=cat", "--lines=500"]);
    await expect.poll(journal, { timeout: 60_000 }).toMatch(said);
    notes(`${judge.name}: etcd: rejected connection from ${name}: ${said.exec(await journal())?.[1] ?? ""}`);
    await mends(async () => {
      await restore();
      await lab.replace(name, { disk: "kept" });
    });
  },
};

/** Waits for a line on the machine's console, and keeps it for the table. */
async function says(
  { lab, notes }: Pick<Parameters<Drill["run"]>[0], "lab" | "notes">,
  name: string,
  line: RegExp,
): Promise<void> {
  const machine = lab.machine(name);
  const before = machine.console.length;
  const fresh = (): string => machine.console.slice(Math.max(0, before - 20_000));
  await expect.poll(fresh, { timeout: 120_000 }).toMatch(line);
  notes(`${name}: ${line.exec(fresh())?.[0] ?? ""}`);
}

/** Objects for the bucket: what the member would have in a cluster with the same definition and another name. */
async function certificatesOfAnotherCluster(lab: Lab, member: string): Promise<Record<string, string>> {
  const { project } = lab;
  const definition = await readFile(join(project.folder, "cluster.yaml"), "utf8");
  await project.write("other.yaml", definition.replace(/^name: .*/m, "name: other"));
  const { code, output } = await project.run(["pki", "init", "--cluster", "other.yaml"]);
  if (code !== 0) throw new Error(output);
  const files = {
    "client-ca.crt": "client-ca.crt",
    "peer-ca.crt": "peer-ca.crt",
    ...Object.fromEntries(
      ["server.crt", "server.key", "peer.crt", "peer.key"].map((file) => [file, `members/${member}/${file}`]),
    ),
  };
  const prefix = memberPrefix({ name: member });
  const objects = Object.entries(files).map(async ([name, file]) => [
    `${prefix}${name}`,
    await readFile(join(project.folder, "pki", "other", file), "utf8"),
  ]);
  return Object.fromEntries(await Promise.all(objects)) as Record<string, string>;
}
