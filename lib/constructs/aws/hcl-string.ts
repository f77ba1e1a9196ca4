import { Token } from "cdktf";

/** A text inside an expression of Terraform: in quotes, unless it is a reference, which CDKTF writes without any. */
export function hclString(value: string): string {
  return Token.isUnresolved(value) ? value : JSON.stringify(value);
}

/**
 * A text that Terraform writes as it stands, although it holds what looks like a template.
 * @see https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences-1
 */
export function literal(text: string): string {
  return text.replaceAll("${", "$${").replaceAll("%{", "%%{");
}
