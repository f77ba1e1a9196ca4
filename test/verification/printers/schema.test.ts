import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { format } from "prettier";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderJson, verify } from "../../../lib/verification";
import { verificationSchemaFile } from "../../../lib/verification/printers/report-schema";
import { defaultEtcd } from "../../support/etcd";
import { freePorts } from "../../support/free-ports";
import { RawCluster } from "../../support/raw-cluster";
import { hostileReport, producedBy, sampleReport } from "./report";

const validate = addFormats(new Ajv({ allErrors: true })).compile(verificationSchemaFile());

function mistakes(json: string): unknown {
  validate(JSON.parse(json));
  return validate.errors ?? [];
}

let cluster: RawCluster;
beforeAll(async () => {
  cluster = await RawCluster.start({ binaries: await defaultEtcd() });
});
afterAll(() => cluster?.stop());

test("the JSON Schema is what the file says that is shipped; else: vitest --update", async () => {
  const text = await format(JSON.stringify(verificationSchemaFile()), { parser: "json", printWidth: 110 });
  await expect(text).toMatchFileSnapshot("../../../lib/verification/verification.schema.json");
});

test.each([
  ["a sample", sampleReport],
  ["names that hold anything", hostileReport],
  ["no name and nobody who made it", { ...sampleReport, clusterName: undefined }],
])("accepts %s", (_title, report) => {
  expect(mistakes(renderJson(report))).toEqual([]);
  expect(mistakes(renderJson(report, { producedBy }))).toEqual([]);
});

test("accepts what real members say, and their absence", async () => {
  const [port] = await freePorts(1);
  const healthy = await verify({ expectation: cluster.expectation });
  const sick = await verify({ endpoints: [...cluster.endpoints, `http://127.0.0.1:${port}`] });
  expect([healthy.verdict, sick.verdict]).toEqual(["healthy", "unhealthy"]);
  expect([healthy, sick].map((report) => mistakes(renderJson(report, { producedBy })))).toEqual([[], []]);
});

test("accepts a field more, and nothing less", () => {
  const report = JSON.parse(renderJson(sampleReport)) as Record<string, unknown>;
  expect(mistakes(JSON.stringify({ ...report, later: true }))).toEqual([]);
  for (const field of Object.keys(report)) {
    expect(mistakes(JSON.stringify({ ...report, [field]: undefined })), field).toMatchObject([
      { keyword: "required", params: { missingProperty: field } },
    ]);
  }
});
