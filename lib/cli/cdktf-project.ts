import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { ExternalError } from "../errors";
import { programEntry } from "../program-entry";

const FILE = "cdktf.json";

/**
 * cdktf-cli wants its project file where it runs. One is written where there is none, so that plain `cdktf deploy` works
 * there as well.
 *
 * @returns whether it was written
 * @throws {ExternalError} when there is one that cdktf-cli cannot use
 */
export function ensureCdktfProject(): boolean {
  if (existsSync(FILE)) {
    refuseUnusable(readFileSync(FILE, "utf8"));
    return false;
  }
  const project = {
    language: "typescript",
    app: appCommand(),
    projectId: randomUUID(),
    sendCrashReports: "false",
    output: "cdktf.out",
  };
  // In one step: half a file, left by a full disk, would be taken for the user's own the next time.
  const unfinished = `${FILE}.${process.pid}`;
  try {
    writeFileSync(unfinished, `${JSON.stringify(project, null, 2)}\n`);
    renameSync(unfinished, FILE);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return true;
}

/** cdktf-cli names neither the file nor the place when it cannot read it. */
function refuseUnusable(text: string): void {
  let project: unknown;
  try {
    project = JSON.parse(text);
  } catch {
    project = undefined;
  }
  const { language, app } = (project ?? {}) as { language?: unknown; app?: unknown };
  if (typeof language === "string" && typeof app === "string") return;
  throw new ExternalError(
    `${FILE} is no project file of cdktf: it must be JSON with the keys language and app`,
    {
      remedy: "mend it, or remove it, and a new one is written",
    },
  );
}

/** How cdktf starts the app from this folder. */
export function appCommand(): string {
  return ["node", ...programEntry("app").map((path) => `'${relative(process.cwd(), path)}'`)].join(" ");
}
