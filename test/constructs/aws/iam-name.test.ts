import { expect, test } from "vitest";
import { iamName } from "../../../lib/constructs/aws/iam-name";

const LONG = "m".repeat(63);

test("joins its parts while they fit", () => {
  expect(iamName("etcd", "demo", "etcd-0", "eu-central-1")).toBe("etcd-demo-etcd-0-eu-central-1");
  expect(iamName("a".repeat(31), "b".repeat(32))).toHaveLength(64);
});

test("cuts what is too long for IAM, the same way each time, and keeps different names different", () => {
  const name = iamName("etcd", "demo", LONG, "eu-central-1");
  expect(name).toHaveLength(64);
  expect(name).toMatch(/^etcd-demo-m+-[0-9a-f]{8}$/);
  expect(iamName("etcd", "demo", LONG, "eu-central-1")).toBe(name);
  expect(iamName("etcd", "demo", LONG, "eu-central-2")).not.toBe(name);
  expect(iamName("etcd", "demo", `${LONG}n`, "eu-central-1")).not.toBe(name);
});
