import { createHash } from "node:crypto";
import type { VerificationReport } from "../report";
import { attentionSection, passedSection, skippedSection } from "./html-checks";
import { membersSection } from "./html-members";
import { htmlStyle } from "./html-style";
import { renderJson } from "./json";
import { Markup, markup, nothing } from "./markup";
import type { PrinterOptions, ProducedBy } from "./printer-options";
import { verdictOf } from "./verdict";

/**
 * One page to keep, send or print: what was asked of which members, and what they said. Needs no other file and runs no
 * script; the report as {@link renderJson} prints it is in it for programs, as `script#report`, and its SHA-256 is on the page,
 * of the JSON file with the line feed at its end.
 *
 * What would be fetched or run is forbidden by the page itself, whatever a name or an error may hold: only the one style
 * with this hash applies. https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
 */
export function renderHtml(report: VerificationReport, options: PrinterOptions = {}): string {
  const json = renderJson(report, { producedBy: options.producedBy });
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${sha256(htmlStyle).toString("base64")}'`,
    // Without an icon of its own, a page served by HTTP makes browsers ask for /favicon.ico.
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${policy}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta name="referrer" content="no-referrer" />
<title>${verdictOf(report)} – ${utc(report.startedAt)}</title>
<link rel="icon" href="data:," />
<style>${new Markup(htmlStyle)}</style>
</head>
<body>
<main>
${header(report, options.producedBy)}
${attentionSection(report.checks)}
${membersSection(report.endpoints)}
${passedSection(report.checks)}
${skippedSection(report.checks)}
</main>
<footer>
<p>SHA-256 of this report as JSON, which is also inside this file: <code>${sha256(`${json}\n`).toString("hex")}</code></p>
</footer>
<script type="application/json" id="report">${new Markup(inScript(json))}</script>
</body>
</html>`.text;
}

function header(report: VerificationReport, producedBy: ProducedBy | undefined): Markup {
  const { verdict, startedAt, tookMs, endpoints, checks } = report;
  const answered = endpoints.filter(({ status }) => status !== undefined).length;
  const clusterIds = new Set(endpoints.flatMap(({ status }) => status?.clusterId ?? []));
  const sign = { healthy: "✓", unhealthy: "✗", unreachable: "?" }[verdict];
  const count = (outcome: string): number => checks.filter((check) => check.outcome === outcome).length;
  const warnings = count("warned");
  const by = producedBy === undefined ? nothing : markup` by ${producedBy.name} ${producedBy.version}`;
  return markup`<header class="${verdict}">
<p class="kind">Verification of an etcd cluster${by}</p>
<h1><span aria-hidden="true">${sign}</span> ${capitalized(verdictOf(report))}</h1>
<dl>
${[
  fact(
    "When",
    markup`<time datetime="${startedAt.toISOString()}">${utc(startedAt)}</time>, ${(tookMs / 1000).toFixed(1)} s`,
  ),
  ...(clusterIds.size === 1 ? [fact("Cluster ID", markup`<code>${[...clusterIds].join()}</code>`)] : []),
  fact("Members", markup`${answered} of ${endpoints.length} answered`),
  fact(
    "Checks",
    markup`${count("passed")} passed, ${count("failed")} failed, ${warnings} ${warnings === 1 ? "warning" : "warnings"}, ${count("skipped")} skipped`,
  ),
]}
</dl>
</header>`;
}

function fact(name: string, value: Markup): Markup {
  return markup`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** `2026-11-22 07:00:00 UTC` */
function utc(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The same JSON without what could end the element, or makes the page no XML:
 * https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements
 */
function inScript(json: string): string {
  return json.replace(
    /[<>&\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
