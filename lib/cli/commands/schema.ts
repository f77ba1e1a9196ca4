import { definitionJsonSchema } from "../../cluster/json-schema";
import { EXIT, type ExitCode } from "../exit-codes";

export async function schema(): Promise<ExitCode> {
  process.stdout.write(`${JSON.stringify(definitionJsonSchema(), null, 2)}\n`);
  return Promise.resolve(EXIT.ok);
}
