/** `etcdctl` as its users run it, in a shell that was set up for something else before. */
import { expect, test, vi } from "vitest";
import { processTree } from "../../lib/cli/process-tree";
import { CliProject } from "../support/cli";
import { defaultEtcd } from "../support/etcd";
import { freePortRange } from "../support/free-ports";
import { RawCluster } from "../support/raw-cluster";

const TEST_MS = 90_000;
/** A process needs a second or two to start here. */
const SOON = { timeout: 30_000, interval: 50 };

test(
  "takes the user of the shell where there are no certificates, and nothing else of it",
  { timeout: TEST_MS },
  async () => {
    const cluster = await RawCluster.start({ binaries: await defaultEtcd(), size: 1 });
    try {
      for (const words of ["user add root:secret", "user grant-role root root", "auth enable"])
        await cluster.etcdctl(words.split(" "));
      const clientPort = Number(new URL(cluster.endpoints[0]!).port);
      const local = { clientPort, peerPort: await freePortRange(1) };
      const project = await CliProject.create({ members: 1, tls: false, local });
      const env = {
        ETCDCTL_USER: "root:secret",
        ETCDCTL_CACERT: "nowhere.crt",
        ETCDCTL_DISCOVERY_SRV: "nowhere.invalid",
      };
      const put = await project.run(["etcdctl", "--from", "definition", "put", "greeting", "hello"], { env });
      expect(put.output).toContain("OK\n");
      expect(put.code).toBe(0);
    } finally {
      await cluster.stop();
    }
  },
);

test("exits as a shell would when a signal ends etcdctl", { timeout: TEST_MS }, async () => {
  const project = await CliProject.create({ members: 1, tls: false });
  const watching = project.start(["etcdctl", "--from", "definition", "watch", "greeting"]);
  const running = (): number | undefined =>
    processTree(watching.child.pid!).find(({ name }) => name === "etcdctl")?.pid;
  await vi.waitFor(() => expect(running()).toBeDefined(), SOON);
  process.kill(running()!, "SIGKILL");
  expect(await watching.result).toMatchObject({ code: 137, output: "" });
});
