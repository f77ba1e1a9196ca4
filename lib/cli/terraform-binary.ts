import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ExternalError } from "../errors";

/** @throws {ExternalError} when neither Terraform nor OpenTofu is installed */
export function terraformBinary(): string {
  const chosen = process.env["TERRAFORM_BINARY_NAME"];
  const candidates = chosen === undefined || chosen === "" ? ["terraform", "tofu"] : [chosen];
  const found = candidates.find(isOnPath);
  if (found === undefined) {
    throw new ExternalError(`cannot find ${candidates.join(" or ")} on PATH`, {
      remedy:
        "install Terraform 1.5 or newer (https://developer.hashicorp.com/terraform/install) or OpenTofu (https://opentofu.org/docs/intro/install/)",
    });
  }
  return found;
}

function isOnPath(name: string): boolean {
  if (name.includes("/")) return existsSync(name);
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && existsSync(join(folder, name)));
}
