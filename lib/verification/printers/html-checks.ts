import type { Outcome } from "../check";
import type { CheckReport } from "../report";
import { groupResults, groupSkipped, whoOf, type ResultGroup } from "./group-results";
import { markup, nothing, type Markup } from "./markup";

const signs: Readonly<Record<Outcome, string>> = { passed: "✓", warned: "!", failed: "✗", skipped: "–" };
const words: Readonly<Record<Outcome, string>> = {
  passed: "passed",
  warned: "warning",
  failed: "failed",
  skipped: "not checked",
};

/** What failed, then what warned, with what to do about it. */
export function attentionSection(checks: readonly CheckReport[]): Markup {
  const loud = (["failed", "warned"] as const).flatMap((wanted) =>
    checks.filter(({ outcome }) => outcome === wanted),
  );
  return loud.length === 0
    ? nothing
    : markup`<section>
<h2>Needs attention</h2>
<ul class="attention">
${loud.map(attentionItem)}
</ul>
</section>`;
}

/** What passed, and what was seen. */
export function passedSection(checks: readonly CheckReport[]): Markup {
  return quietSection(
    "Passed",
    checks.filter(({ outcome }) => outcome === "passed").map((check) => quietItem(check, "passed")),
  );
}

/** Checks that could not be answered, and members that could not be asked by the others. */
export function skippedSection(checks: readonly CheckReport[]): Markup {
  const isSkipped = ({ outcome }: CheckReport): boolean => outcome === "skipped";
  return quietSection("Not checked", [
    ...checks.filter(isSkipped).map((check) => quietItem(check, "skipped")),
    ...groupSkipped(checks.filter((check) => !isSkipped(check))).map(
      ({ who, reason, checkIds }) =>
        markup`<li class="skipped"><h3>${signOf("skipped")} ${said(who, reason)}</h3><div class="seen">in ${checkIds.join(", ")}</div></li>`,
    ),
  ]);
}

function quietSection(heading: string, items: readonly Markup[]): Markup {
  return items.length === 0
    ? nothing
    : markup`<section>
<h2>${heading}</h2>
<ul class="checks">
${items}
</ul>
</section>`;
}

function quietItem(check: CheckReport, wanted: "passed" | "skipped"): Markup {
  return markup`<li class="${wanted}">${titleOf(check)}<div class="seen">${seen(check, wanted)}</div></li>`;
}

function attentionItem(check: CheckReport): Markup {
  const loud = groupResults(
    check.results.filter(({ outcome }) => outcome === "failed" || outcome === "warned"),
  );
  return markup`<li class="${check.outcome}">${titleOf(check)}
${loud.map((group) => markup`<div class="finding">${sentence(group, group.who)}${remedyOf(group)}</div>`)}
<div class="seen">${seen(check, "passed")}</div></li>`;
}

function titleOf({ outcome, title, id }: CheckReport): Markup {
  return markup`<h3>${signOf(outcome)} ${title} <code>${id}</code></h3>`;
}

function signOf(outcome: Outcome): Markup {
  return markup`<span class="sign" role="img" aria-label="${words[outcome]}">${signs[outcome]}</span>`;
}

/** Results with this outcome in as few words as they take: nobody is named where it is about all. */
function seen({ results }: CheckReport, wanted: Outcome): Markup[] {
  return groupResults(results.filter(({ outcome }) => outcome === wanted)).map((group) => {
    const isAll = group.results.length === results.length && isSame(group);
    const text = isAll ? markup`${group.reason}` : sentence(group, shortWho(group));
    return markup`<div>${text}${remedyOf(group)}</div>`;
  });
}

/** Opens up to every single one where several were put together. */
function sentence({ isAbridged, reason, results }: ResultGroup, who: string | undefined): Markup {
  const line = said(who, reason);
  return isAbridged
    ? markup`<details><summary>${line}</summary><ul>
${results.map((result) => markup`<li>${said(whoOf(result), result.reason)}</li>`)}
</ul></details>`
    : line;
}

function said(who: string | undefined, reason: string): Markup {
  return who === undefined ? markup`${reason}` : markup`<span class="who">${who}:</span> ${reason}`;
}

function remedyOf({ remedy }: ResultGroup): Markup {
  return remedy === undefined ? nothing : markup`<p class="remedy">${remedy}</p>`;
}

/** The endpoint stands in the table of members. */
function shortWho({ results, who }: ResultGroup): string | undefined {
  const [only, ...others] = results;
  return only !== undefined && others.length === 0 ? whoOf(only) : who;
}

function isSame({ reason, results }: ResultGroup): boolean {
  return results.every((result) => result.reason === reason);
}
