import type HandlebarsModule from "handlebars";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DefinitionError } from "../errors";
import { lazyRequire } from "../lazy-require";
import { packageRoot } from "../package-root";

export type TemplateName =
  | "etcd.env"
  | "etcd.service"
  | "etcd-setup.service"
  | "etcd-sync.service"
  | "etcd-sync.timer"
  | "var-lib-etcd.mount"
  | "etcd-data-volume.service"
  | "etcdctl-profile.sh"
  | "cloud-config.yaml"
  | "scripts/etcd-setup.sh"
  | "scripts/etcd-install.sh"
  | "scripts/etcd-data-volume.sh"
  | "scripts/etcd-bucket.py"
  | "scripts/etcd-sync.py"
  | "scripts/etcd-join.py";

type CompiledTemplate = (context: object) => string;

const compiled = new Map<TemplateName, CompiledTemplate>();

/**
 * Fills a file of `templates/`. A name that the context does not have is an error, and nothing is escaped: every value must
 * already be written as its place in the text needs it.
 *
 * @throws DefinitionError when the text contains `${` or `%{`
 */
export function renderTemplate(name: TemplateName, context: object): string {
  let template = compiled.get(name);
  if (template === undefined) {
    template = compile(name);
    compiled.set(name, template);
  }
  const text = template(context);
  refuseTerraformSyntax(name, text);
  return text;
}

function compile(name: TemplateName): CompiledTemplate {
  // Loaded here because it takes as long as all the rest of this layer, and most commands render nothing.
  const Handlebars = lazyRequire("handlebars") as typeof HandlebarsModule;
  const source = readFileSync(join(packageRoot(), "templates", `${name}.hbs`), "utf8");
  const template = Handlebars.compile(source, {
    strict: true,
    noEscape: true,
    knownHelpersOnly: true,
    knownHelpers: { indent: true },
  });
  return (context) => template(context, { helpers: { indent } });
}

/**
 * cdktf passes strings to Terraform as they are, and Terraform would evaluate these two. They never come from a template, so a
 * value brought them: an unresolved cdktf token, most likely, which would not be a literal on the machine either.
 */
function refuseTerraformSyntax(name: TemplateName, text: string): void {
  const line = text.split("\n").find((candidate) => /[$%]\{/.test(candidate));
  if (line === undefined) return;
  throw new DefinitionError([
    {
      path: name,
      message: `must not contain "\${" or "%{", got the line ${JSON.stringify(line.trim())}`,
      remedy:
        "Terraform would read it as a template; give a literal value (no cdktf token) without these characters",
    },
  ]);
}

/** The indentation of `content` in `write_files`: one column more than its key, which is as little as YAML takes. */
const BLOCK_INDENT = " ".repeat(3);

/** Text as the body of a YAML block scalar (`|`), which gives it back with exactly one newline at its end. */
function indent(text: string): string {
  return text.trimEnd().replace(/^(?=.)/gm, BLOCK_INDENT);
}
