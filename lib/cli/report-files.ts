import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ExternalError, UsageError } from "../errors";
import type { Format, Printer } from "../verification";

/** One file that a report is kept in. */
export interface ReportFile {
  readonly format: Format;
  readonly path: string;
}

/**
 * Reads `FORMAT=FILE` and sees that the file can be written, before anything is asked.
 *
 * @throws {UsageError} for another form, an unknown format, a folder that is missing or not writable, a file named twice
 */
export function reportFiles(texts: readonly string[], formats: readonly Format[]): ReportFile[] {
  const files = texts.map((text): ReportFile => {
    const [, name = "", path = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    const format = formats.find((known) => known === name);
    if (format === undefined || path === "")
      throw new UsageError(`--report must be FORMAT=FILE, got "${text}"`, {
        remedy: `Formats are ${formats.join(", ")}.`,
      });
    refuseUnwritable(path);
    return { format, path };
  });
  const paths = files.map(({ path }) => resolve(path));
  const twice = files.find((_, index) => paths.indexOf(paths[index] ?? "") < index);
  if (twice !== undefined) throw new UsageError(`--report names ${twice.path} twice`);
  return files;
}

/**
 * Writes each in one step: whoever collects it never sees half a file. One that cannot be written does not keep the others from it.
 *
 * @throws {ExternalError} naming all that the disk or the folder does not take any more
 */
export function writeReports(
  files: readonly ReportFile[],
  print: (format: Format) => ReturnType<Printer>,
): void {
  const failures = files.flatMap(({ format, path }) => {
    const text = `${print(format)}\n`;
    try {
      writeWhole(path, text);
      return [];
    } catch (error) {
      if (!(error instanceof Error) || !("syscall" in error)) throw error;
      return [`cannot write the report ${path}: ${error.message}`];
    }
  });
  if (failures.length > 0) throw new ExternalError(failures.join("\n"));
}

function writeWhole(path: string, text: string): void {
  // Collectors look for names that end as they know them (*.prom, *.xml): this one does not.
  const unfinished = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

function refuseUnwritable(path: string): void {
  const folder = dirname(path);
  const refuse = (reason: string): never => {
    throw new UsageError(`cannot write the report ${path}: ${reason}`);
  };
  if (!isFolder(folder)) refuse(`there is no folder ${folder}`);
  try {
    if (path.endsWith("/") || statSync(path, { throwIfNoEntry: false })?.isFile() === false)
      refuse("it is no plain file");
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    refuse(error.message);
  }
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    refuse(`the folder ${folder} is not writable`);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
