/**
 * The look of the page. Colours are in pairs with a contrast of at least 4.5, in the light and in the dark:
 * https://www.w3.org/TR/WCAG22/#contrast-minimum
 */
export const htmlStyle = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --sheet: #ffffff; --ink: #1b1f24; --quiet: #57606a; --line: #d8dee4;
  --good: #116329; --good-tint: #e6f4ea; --warn: #7a4b00; --warn-tint: #fff4d6; --bad: #a40e26; --bad-tint: #fdeaec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0b0e13; --sheet: #14181f; --ink: #e6edf3; --quiet: #9aa4af; --line: #30363d;
    --good: #6fdd8b; --good-tint: #12261a; --warn: #f0c05a; --warn-tint: #2b2210; --bad: #ffa198; --bad-tint: #321418;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; padding: 2rem 1rem; background: var(--page); color: var(--ink);
  font: 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere;
}
main, footer { max-width: 70rem; margin: 0 auto; }
main { background: var(--sheet); border: 1px solid var(--line); border-radius: 0.75rem; overflow: hidden; }
code { font: 0.9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; font-size: inherit; }
ul { list-style: none; }

header { padding: 1.75rem 2rem; border-bottom: 1px solid var(--line); border-top: 0.375rem solid; }
header .kind, dt { font-size: 0.8125rem; }
h1 { font-size: 1.75rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; }
.healthy { border-top-color: var(--good); background: var(--good-tint); }
.healthy h1 { color: var(--good); }
.unhealthy { border-top-color: var(--bad); background: var(--bad-tint); }
.unhealthy h1 { color: var(--bad); }
.unreachable { border-top-color: var(--warn); background: var(--warn-tint); }
.unreachable h1 { color: var(--warn); }
header dl { display: flex; flex-wrap: wrap; gap: 0.625rem 2rem; margin-top: 1rem; }
dd { font-weight: 550; }

section { padding: 1.5rem 2rem; }
/* Not on paper: what scrolls is not broken across pages. */
@media screen { section { overflow-x: auto; } }
section + section { border-top: 1px solid var(--line); }
h2 { margin-bottom: 0.75rem; font-size: 1.0625rem; font-weight: 650; }
h3 { font-weight: 400; position: relative; padding-left: 1.5em; }
h3 code { color: var(--quiet); font-weight: 400; white-space: nowrap; }
.sign { position: absolute; left: 0; font-weight: 700; }
.passed .sign { color: var(--good); }
.warned .sign { color: var(--warn); }
.failed .sign { color: var(--bad); }
.skipped .sign { color: var(--quiet); }

.attention { display: grid; gap: 0.75rem; }
.attention > li { padding: 0.75rem 1rem; border-left: 0.25rem solid; border-radius: 0.25rem; }
.attention > .failed { border-color: var(--bad); background: var(--bad-tint); }
.attention > .warned { border-color: var(--warn); background: var(--warn-tint); }
.attention h3 { font-weight: 650; }
.attention h3 code { color: inherit; }
.finding { margin: 0.375em 0 0 1.5em; }
.finding .who { font-weight: 650; }
.remedy::before { content: "→ "; }
.attention .seen { margin: 0.375em 0 0 1.5em; color: inherit; }

.checks > li {
  display: grid; grid-template-columns: minmax(0, 11fr) minmax(0, 9fr); gap: 0 1.5rem;
  padding: 0.3125rem 0; border-top: 1px solid var(--line);
}
.checks > li:first-child { border-top: 0; }
.seen { color: var(--quiet); }
.seen:empty { display: none; }
.seen > div { display: inline; }
.seen > div + div::before { content: "· "; }
summary { cursor: pointer; }
details ul { max-height: 20rem; overflow: auto; margin-top: 0.25rem; }

table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.4375rem 1rem 0.4375rem 0; text-align: left; vertical-align: baseline; font-weight: inherit; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--quiet); font-size: 0.8125rem; white-space: nowrap; }
tbody tr { border-top: 1px solid var(--line); }
th strong { font-weight: 650; }
th code { color: var(--quiet); }
td { white-space: nowrap; }
td[data-label="Version"] { white-space: normal; }
td.problem { color: var(--bad); font-weight: 550; white-space: normal; }

footer { padding: 0.75rem 2rem 0; color: var(--quiet); font-size: 0.8125rem; }

@media screen and (max-width: 60rem) {
  body { padding: 0; background: var(--sheet); }
  main { border: 0; border-radius: 0; }
  header, section, footer { padding-left: 1.125rem; padding-right: 1.125rem; }
  h1 { font-size: 1.375rem; }
  footer { padding-bottom: 1.5rem; border-top: 1px solid var(--line); }
  .checks > li { display: block; padding: 0.5rem 0; }
  .checks .seen { padding-left: 1.5em; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, tbody th, td { display: block; }
  tbody tr { padding: 0.625rem 0; display: grid; grid-template-columns: 1fr 1fr; gap: 0.125rem 1rem; }
  tbody tr:first-child { border-top: 0; padding-top: 0; }
  tbody th, td.problem { grid-column: 1 / -1; }
  th, td { padding: 0; white-space: normal; }
  td[data-label]::before { content: attr(data-label) " "; color: var(--quiet); }
}

@page { size: A4; margin: 10mm 12mm; }
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --sheet: #ffffff; --ink: #000000; --quiet: #444444; --line: #c4c9cf;
    --good: #0a5020; --good-tint: #ffffff; --warn: #6b4100; --warn-tint: #ffffff; --bad: #8f0a1f; --bad-tint: #ffffff;
  }
  body { padding: 0; font-size: 7.2pt; line-height: 1.25; }
  main { border: 0; border-radius: 0; }
  header { padding: 2mm 0 2.5mm; border-top-width: 1mm; }
  h1 { font-size: 13pt; }
  header .kind, dt, thead th, footer { font-size: 6.5pt; }
  header dl { margin-top: 1.5mm; gap: 1mm 5mm; }
  section { padding: 1.75mm 0; }
  h2 { margin-bottom: 0.75mm; font-size: 8.5pt; }
  .checks { columns: 2; column-gap: 6mm; }
  .checks > li, .checks > li:first-child { display: block; padding: 0.4mm 0; border-top: 0; border-bottom: 1px solid var(--line); }
  .checks .seen { padding-left: 1.5em; }
  .attention { gap: 1mm; }
  .finding, .attention .seen { margin-top: 0; }
  .attention > li { padding: 0.75mm 2.5mm; border-left-width: 0.75mm; border-radius: 0; }
  li, tr, .finding { break-inside: avoid; }
  h2 { break-after: avoid; }
  th, td { padding: 0.6mm 3mm 0.6mm 0; }
  footer { padding: 2mm 0 0; }
  footer code { font-size: 6pt; }
}
`;
