import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** One deb822 stanza of sources.list(5): field name in lower case -> raw value (a key may span lines). */
export type AptSource = ReadonlyMap<string, string>;

// The one-line format's option names differ from deb822's field names only for these: sources.list(5).
const DEB822_FIELD: Readonly<Record<string, string>> = {
  arch: "architectures",
  lang: "languages",
  target: "targets",
};

/** What this machine installs packages from, whichever of the two formats it uses; only binary packages, only what is enabled. */
export async function readAptSources(aptFolder = "/etc/apt"): Promise<AptSource[]> {
  const parts = join(aptFolder, "sources.list.d");
  const names = (await readdir(parts).catch(() => [])).sort();
  const files = [join(aptFolder, "sources.list"), ...names.map((name) => join(parts, name))];
  const sources: AptSource[] = [];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (file.endsWith(".sources")) sources.push(...parseDeb822(text));
    else if (file.endsWith(".list")) sources.push(...parseOneLine(text));
  }
  return sources;
}

/** @internal exported for tests */
export function parseDeb822(text: string): AptSource[] {
  const stanzas = [new Map<string, string>()];
  let field = "";
  for (const line of text.split("\n")) {
    const stanza = stanzas.at(-1)!;
    if (line.startsWith("#")) continue;
    if (line.trim() === "") stanzas.push(new Map<string, string>());
    else if (/^\s/.test(line)) stanza.set(field, `${stanza.get(field) ?? ""}\n${line}`);
    else {
      const colon = line.indexOf(":");
      field = line.slice(0, colon).toLowerCase();
      stanza.set(field, line.slice(colon + 1).trim());
    }
  }
  return stanzas.filter(
    (stanza) => wordsOf(stanza, "types").includes("deb") && stanza.get("enabled") !== "no",
  );
}

/** @internal exported for tests */
export function parseOneLine(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split("\n")) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (match === null) continue;
    const [, options = "", uri = "", suite = "", components = ""] = match;
    const source = new Map([
      ["types", "deb"],
      ["uris", uri],
      ["suites", suite],
      ["components", components.trim()],
    ]);
    for (const option of options.split(/\s+/).filter((word) => word !== "")) {
      const [name = "", value = ""] = option.split("=", 2);
      source.set(DEB822_FIELD[name.toLowerCase()] ?? name.toLowerCase(), value.replaceAll(",", " "));
    }
    sources.push(source);
  }
  return sources;
}

/** The sources of the distribution itself, without a vendor's extra repositories: they may be slow or out of reach. */
export function distributionSources(sources: readonly AptSource[], codename: string): AptSource[] {
  const generic = /^(old)*stable|^testing|^unstable|^sid|^devel/;
  return sources.filter((source) =>
    wordsOf(source, "suites").some(
      (suite) => suite === codename || suite.startsWith(`${codename}-`) || generic.test(suite),
    ),
  );
}

/** The same mirror and key as the machine's main archive, with another suite of it. */
export function sourceForSuite(
  sources: readonly AptSource[],
  codename: string,
  suite: string,
): AptSource | undefined {
  const main = distributionSources(sources, codename).find(
    (source) =>
      wordsOf(source, "components").includes("main") &&
      wordsOf(source, "suites").some((name) => !name.includes("-")),
  );
  return main && new Map([...main, ["suites", suite], ["components", "main"]]);
}

/** Only package lists are fetched: no translations, no desktop metadata, no file lists. */
export function formatSources(sources: readonly AptSource[]): string {
  return sources
    .map((source) =>
      [...new Map([...source, ["types", "deb"], ["targets", "Packages"]])]
        .map(([field, value]) => `${field}: ${value}\n`)
        .join(""),
    )
    .join("\n");
}

/** `VERSION_CODENAME` of os-release(5), e.g. `bookworm`. */
export async function distributionCodename(file = "/etc/os-release"): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "");
  return /^VERSION_CODENAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? "";
}

function wordsOf(source: AptSource, field: string): string[] {
  return (source.get(field) ?? "").split(/\s+/).filter((word) => word !== "");
}
