/** `etcdctl` as its users run it, in a shell that was set up for something else before. */
import { expect, test } from "vitest";
import { CliProject } from "../support/cli";
import { defaultEtcd } from "../support/etcd";
import { freePortRange } from "../support/port-range";
import { RawCluster } from "../support/raw-cluster";

const TEST_MS = 90_000;

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
