import { renderGithub } from "./github";
import { renderHtml } from "./html";
import { renderJson } from "./json";
import { renderJunit } from "./junit";
import type { Printer } from "./printer-options";
import { renderPrometheus } from "./prometheus";
import { renderTable } from "./table";

/** What a report can be printed as. */
export const formats = ["table", "json", "junit", "prometheus", "github", "html"] as const;

export type Format = (typeof formats)[number];

export const printers: Readonly<Record<Format, Printer>> = {
  table: renderTable,
  json: renderJson,
  junit: renderJunit,
  prometheus: renderPrometheus,
  github: renderGithub,
  html: renderHtml,
};
