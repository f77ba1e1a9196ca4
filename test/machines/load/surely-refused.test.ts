import { expect, test } from "vitest";
import { isSurelyRefused } from "./surely-refused";

test.each([
  "14 UNAVAILABLE: No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ",
  "14 UNAVAILABLE: Name resolution failed for target dns:etcd-0.example.internal:2379",
  "4 DEADLINE_EXCEEDED: Deadline exceeded after 2.001s,name resolution: 0.002s,Waiting for LB pick",
  "8 RESOURCE_EXHAUSTED: etcdserver: too many requests",
])("was never proposed: %s", (failure) => {
  expect(isSurelyRefused(failure)).toBe(true);
});

test.each([
  "4 DEADLINE_EXCEEDED: Deadline exceeded after 2.001s,LB pick: 0.004s,remote_addr=127.0.0.1:2379",
  "14 UNAVAILABLE: etcdserver: request timed out, possibly due to previous leader failure",
  "14 UNAVAILABLE: etcdserver: leader changed",
  "14 UNAVAILABLE: read ECONNRESET",
  // The write that crosses the quota is applied all the same.
  "8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded",
])("may have been taken: %s", (failure) => {
  expect(isSurelyRefused(failure)).toBe(false);
});
