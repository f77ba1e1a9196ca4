import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readTlsFiles } from "../../lib/cli/tls-files";
import { ExternalError, UsageError } from "../../lib/errors";
import { inEmptyFolder } from "./in-process";

const OPERATOR = {
  caFile: "pki/demo/client-ca.crt",
  certFile: "pki/demo/clients/operator.crt",
  keyFile: "pki/demo/clients/operator.key",
};

function write(file: string, text: string): void {
  mkdirSync(file.slice(0, file.lastIndexOf("/") + 1) || ".", { recursive: true });
  writeFileSync(file, text);
}

function failure(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

test("takes what the deployed cluster names, and nothing when there is nothing", () => {
  inEmptyFolder();
  for (const file of Object.values(OPERATOR)) write(file, file);
  expect(readTlsFiles({}, { own: OPERATOR })).toEqual({
    ca: Buffer.from(OPERATOR.caFile),
    cert: Buffer.from(OPERATOR.certFile),
    key: Buffer.from(OPERATOR.keyFile),
  });
  expect(readTlsFiles({})).toBeUndefined();
});

test("lets an option go before it, certificate and key together", () => {
  inEmptyFolder();
  for (const file of [...Object.values(OPERATOR), "mine.crt", "mine.key"]) write(file, file);
  const mine = { cert: Buffer.from("mine.crt"), key: Buffer.from("mine.key") };
  expect(readTlsFiles({ cert: "mine.crt", key: "mine.key" }, { own: OPERATOR })).toEqual({
    ca: Buffer.from(OPERATOR.caFile),
    ...mine,
  });
  expect(failure(() => readTlsFiles({ cert: "mine.crt" }, { own: OPERATOR }))).toMatchObject({
    message: "--cert and --key belong together; one of them is missing",
  });
});

test("says which files of the cluster are missing, and how they come back", () => {
  inEmptyFolder();
  write(OPERATOR.caFile, "CA");
  const withCa = failure(() => readTlsFiles({}, { own: OPERATOR }));
  expect(withCa).toBeInstanceOf(ExternalError);
  expect(withCa).toMatchObject({
    message:
      "cannot read the client certificate pki/demo/clients/operator.crt: there is no such file\n" +
      "cannot read the key of the client certificate pki/demo/clients/operator.key: there is no such file",
    remedy:
      "`cdktf-etcd pki issue --client operator` makes it where the key of the CA is; or name others with --cert, --key",
  });

  inEmptyFolder();
  const without = failure(() => readTlsFiles({}, { own: OPERATOR }));
  expect(without).toMatchObject({
    message: expect.stringContaining("cannot read the CA certificate pki/demo/client-ca.crt"),
    remedy: expect.stringMatching(
      /^bring the cluster's folder below pki\/ here; .*pki issue --client operator/,
    ),
  });
});

test("does not promise to make files that are not kept here", () => {
  inEmptyFolder();
  const own = { caFile: "/nowhere/ca.crt", certFile: "/nowhere/a.crt", keyFile: "/nowhere/a.key" };
  expect(failure(() => readTlsFiles({}, { own }))).toMatchObject({
    remedy: "put it there, or name others with --cacert, --cert, --key",
  });
});

test("blames the command line for what it named", () => {
  inEmptyFolder();
  mkdirSync("folder");
  const error = failure(() => readTlsFiles({ cacert: "folder" }, { own: OPERATOR }));
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ message: "cannot read --cacert folder: it is a folder" });
});
