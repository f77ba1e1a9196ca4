import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { renderHtml, renderJson } from "../../../lib/verification";
import { elements, everyElement, parseXml } from "./parse-xml";
import { hostileReport, producedBy, reportOfMany, sampleReport } from "./report";

const pageOf = async (report: typeof sampleReport) => parseXml(renderHtml(report, { producedBy }));

test("says the verdict, when and by what, and what each check found", async () => {
  const page = await pageOf(sampleReport);
  const words = everyElement(page)
    .filter(({ tag }) => !["script", "style"].includes(tag))
    .map(({ text }) => text)
    .join(" ");
  for (const said of [
    "Cluster demo is unhealthy",
    "2026-11-22 07:00:00 UTC",
    "by cdktf-etcd 0.1.0",
    "8e9e05c52164694d",
    "cdf818194e3a8c32",
    "http://127.0.0.1:2379",
    "9007199254740993",
    "25 kB",
    ...sampleReport.checks.flatMap(({ id, results }) => [
      id,
      ...results.flatMap(({ reason, remedy }) => [reason, remedy ?? ""]),
    ]),
  ]) {
    expect(words).toContain(said);
  }
});

test("applies its own style only: the policy has its hash, and nothing in it asks for another file", async () => {
  for (const report of [sampleReport, hostileReport]) {
    const page = await pageOf(report);
    const [style, ...otherStyles] = elements(page, "style");
    expect(otherStyles).toEqual([]);
    const hash = createHash("sha256")
      .update(style?.text ?? "")
      .digest("base64");
    expect(elements(page, "meta").map(({ attributes }) => attributes["content"])).toContain(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(style?.text).not.toMatch(/url\(|@import/);
    for (const { tag, attributes } of everyElement(page)) {
      expect(["img", "iframe", "object", "embed", "form", "a", "base"]).not.toContain(tag);
      expect(Object.keys(attributes).filter((name) => /^on|^style$|^src$/.test(name))).toEqual([]);
      expect([undefined, "data:,"]).toContain(attributes["href"]);
    }
  }
});

test("holds the report for programs, and its sum for people", async () => {
  for (const report of [sampleReport, hostileReport]) {
    const json = renderJson(report, { producedBy });
    const page = await pageOf(report);
    const scripts = elements(page, "script");
    expect(scripts.map(({ attributes }) => attributes)).toEqual([{ type: "application/json", id: "report" }]);
    expect(JSON.parse(scripts[0]?.text ?? "")).toEqual(JSON.parse(json));
    // What sha256sum says of the file that --report json=FILE writes.
    const sum = createHash("sha256").update(`${json}\n`).digest("hex");
    expect(elements(page, "code").map(({ text }) => text)).toContain(sum);
  }
});

test("names and errors that hold markup stay text", async () => {
  const tags = (page: Awaited<ReturnType<typeof pageOf>>) => everyElement(page).map(({ tag }) => tag);
  expect(tags(await pageOf(hostileReport))).toEqual(tags(await pageOf(sampleReport)));
  expect(renderHtml(hostileReport)).not.toContain("<script>alert");
});

test("200 members with figures of their own are one line that opens up to 200", async () => {
  const page = await pageOf(
    reportOfMany(200, (index) => ({ outcome: "warned", reason: `${1000 + index} entries behind` })),
  );
  const [details, ...others] = elements(page, "details");
  if (details === undefined) throw new Error("nothing opens up");
  expect(others).toEqual([]);
  expect(elements(details, "li").map(({ text }) => text.trim())).toContain("1199 entries behind");
});
