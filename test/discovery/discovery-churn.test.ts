import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Discovery, Selection } from "../../lib/discovery";
import { etcdBinaries } from "../support/etcd";
import { judge } from "./fault-matrix/judge";
import { Recorder } from "./fault-matrix/support/recorder";
import { Followed, listen, SOON, type Told } from "./support/followed";

describe.each([
  { releaseIndex: 0, isTls: true, title: "the oldest release, mTLS" },
  { releaseIndex: 1, isTls: true, title: "the stable release, mTLS" },
  { releaseIndex: 2, isTls: false, title: "the newest release, plain text" },
])("discovery with $title", ({ releaseIndex, isTls }) => {
  let followed: Followed;
  let recorder: Recorder;
  beforeAll(async () => {
    const binaries = (await etcdBinaries())[releaseIndex]!;
    followed = await Followed.start(binaries, isTls);
    const { endpoints, secrets } = followed.cluster;
    const env = {
      PATH: process.env["PATH"],
      ETCDCTL_API: "3",
      ...(secrets === undefined
        ? {}
        : {
            ETCDCTL_CACERT: secrets.clientAuthority.caFile,
            ETCDCTL_CERT: secrets.operator.certFile,
            ETCDCTL_KEY: secrets.operator.keyFile,
          }),
    };
    const etcdctl = { program: binaries.etcdctl, args: [`--endpoints=${endpoints[0]}`], env };
    recorder = new Recorder("/micro/", [etcdctl]);
  });
  afterAll(async () => {
    recorder?.stop();
    await followed?.stop();
  });

  test("whoever comes while everything changes is told all of it, once and in order", async () => {
    const [first, second] = [followed.service(), followed.service()];
    const stop = followed.writer.churn([first, second]);
    const registry = followed.registry();
    const watched: {
      discovery: Discovery;
      told: Told;
      services: readonly string[];
      firstRevision: number;
    }[] = [];
    const find = async (selection: Selection, services: readonly string[]): Promise<void> => {
      const discovery = registry.discover(selection);
      const told = listen(discovery);
      const { revision } = await discovery.ready({ timeoutMs: 20_000 });
      watched.push({ discovery, told, services, firstRevision: Number(revision) });
    };
    // Each time one comes alone, and others with it, on a stream that is there already.
    for (const [selection, services] of [
      [first, [first]],
      [second, [second]],
      [
        [first, second],
        [first, second],
      ],
      [{ all: true }, [first, second]],
      [{ all: true, below: first.split("/")[0]! }, [first]],
    ] as const) {
      const before = recorder.history.length;
      await vi.waitFor(() => expect(recorder.history.length).toBeGreaterThan(before + 50), SOON);
      await Promise.all([find(selection, services), find(second, [second])]);
    }
    await stop();
    await followed.writer.put(first, "last");
    const last = await followed.writer.put(second, "last");
    await vi.waitFor(() => expect(recorder.history.at(-1)?.revision).toBe(Number(last)), SOON);
    for (const [index, { discovery, told, services, firstRevision }] of watched.entries()) {
      const lasts = (): string[] =>
        told.changes
          .filter(({ instance }) => instance.instance === "last")
          .map(({ instance }) => instance.service);
      await vi.waitFor(() => expect(lasts(), `discovery ${index}`).toEqual(services), SOON);
      for (const service of services) {
        const changes = told.changes
          .filter(({ instance }) => instance.service === service)
          .map(({ type, instance, isFromList, revision, at }) => ({
            what: "change" as const,
            ...{ type, key: instance.key, isFromList, at },
            ...{ revision: String(revision), modRevision: String(instance.modRevision) },
          }));
        const covers = (key: string): boolean => key.startsWith(`/micro/${service}/`);
        const { faults, lists } = judge(recorder.history, { firstRevision, covers, told: changes });
        expect(faults, `discovery ${index}, ${service}`).toEqual([]);
        expect(lists).toBe(0);
      }
      await discovery.close();
    }
  });
});
