import { expect, test } from "vitest";
import { reasonIn } from "../../../lib/local/process/log-words";

// Lines as etcd 3.4.23 and 3.5.16 write them.
test.each([
  [
    '{"level":"warn","ts":"t","msg":"failed to verify flags","error":"parse error"}',
    "failed to verify flags: parse error",
  ],
  [
    '{"level":"fatal","ts":"t","msg":"discovery failed","error":"listen tcp: in use","stacktrace":"x"}',
    "discovery failed: listen tcp: in use",
  ],
  ['{"level":"panic","ts":"t","msg":"failed to recover v3 backend"}', "failed to recover v3 backend"],
  ['{"level":"warn","ts":"t","msg":"slow fdatasync"}', undefined],
  ['{"level":"info","ts":"t","msg":"ready"}', undefined],
  ["2026-11-22 07:17:14.347560 E | etcdmain: error verifying flags", "etcdmain: error verifying flags"],
  ["2026-11-22 07:17:14.347560 C | etcdmain: listen failed", "etcdmain: listen failed"],
  ["2026-11-22 07:17:14.347560 I | etcdmain: Go Version", undefined],
  ["panic: runtime error", "panic: runtime error"],
  [
    "/usr/bin/etcd: error while loading shared libraries",
    "/usr/bin/etcd: error while loading shared libraries",
  ],
  ["goroutine 1 [running]:", undefined],
])("finds the reason in %s", (line, reason) => {
  expect(reasonIn(line)).toBe(reason);
});
