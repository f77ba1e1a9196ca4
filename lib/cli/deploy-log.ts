import { stripVTControlCharacters } from "node:util";

/** Terraform's own account of one resource. */
const RESOURCE_EVENT =
  /^\S+: (Creation complete|Destruction complete|Modifications complete|Still creating|Still destroying)\b.*$/;
const PROVISIONER = /^(?<resource>\S+) \(local-exec\): ?(?<text>.*)$/;
const OUTCOME = /^(No changes\..*|Plan: .*|Apply complete! .*|Destroy complete! .*)$/;
/**
 * What a provisioner printed has been shown line by line; the others are about the machine, at every call of Terraform, and about a
 * lock file below cdktf.out, which no other machine gets.
 */
const SAID_ALREADY =
  /Error: local-exec provisioner error|CLI configuration file|Warning: Incomplete lock file information/;
const PROVISIONER_FAILED = /Error: local-exec provisioner error/;
/** Enough for a stack trace and what stands around it. */
const KEPT_LINES = 60;
/** The frame that Terraform draws around errors and warnings. */
const FRAMED = /^[╷│╵]/;

/**
 * Keeps of cdktf's output what a person follows a deploy by: what the provisioners say, what became of each resource, errors
 * once. Everything else – the whole plan, the outputs, each error a second time – is for `--verbose`.
 */
export class DeployLog {
  private readonly seenFrames = new Set<string>();
  private frame: string[] = [];
  private hidden: string[] = [];
  private isExplained = false;
  private errors: string[] = [];

  /** What was not shown of a run that failed, when nothing that was shown tells why: an app that could not synthesize. */
  unexplained(): string[] {
    return this.isExplained ? [] : this.hidden;
  }

  /** Terraform's own errors in one line each, without the frame around them. */
  errorText(): string {
    return this.errors.join("\n");
  }

  /** @returns the lines to show for one line of cdktf's output */
  accept(rawLine: string): string[] {
    const line = withoutPrefix(stripVTControlCharacters(rawLine));
    if (FRAMED.test(line)) return this.acceptFramed(line);
    const said = PROVISIONER.exec(line)?.groups;
    if (said !== undefined) return shown(said["text"] ?? "");
    if (RESOURCE_EVENT.test(line)) return [`  ${line}`];
    if (OUTCOME.test(line)) return [line];
    this.hide(line);
    return [];
  }

  private hide(line: string): void {
    // A spinner that cdktf redraws, and the heading of what is said about the machine.
    if (line === "" || /^[⠀-⣿] |problems with the CLI configuration:$/.test(line)) return;
    this.hidden = [...this.hidden, line].slice(-KEPT_LINES);
  }

  private acceptFramed(line: string): string[] {
    this.frame.push(line);
    if (!line.startsWith("╵")) return [];
    const frame = this.frame;
    this.frame = [];
    const text = frame.join("\n");
    const isError = frame.some((framed) => framed.startsWith("│ Error"));
    if (isError && !PROVISIONER_FAILED.test(text))
      this.errors.push(frame.map((framed) => framed.replace(FRAMED, "").trim()).join(" "));
    this.isExplained ||= PROVISIONER_FAILED.test(text) || isError;
    if (this.seenFrames.has(text) || SAID_ALREADY.test(text)) return [];
    this.seenFrames.add(text);
    return frame;
  }
}

function shown(text: string): string[] {
  return text.startsWith("Executing: [") ? [] : [`  ${text}`];
}

/** cdktf writes the stack's name before the first line of a chunk and blanks of that width before the others. */
function withoutPrefix(line: string): string {
  return line
    .replace(/^(?:\S+ {2}| {3,})(?=\S)/, (prefix) => (/^\s|^[a-z0-9-]+ {2}$/.test(prefix) ? "" : prefix))
    .trimEnd();
}
