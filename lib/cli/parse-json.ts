import { ExternalError } from "../errors";

/** @throws {ExternalError} when `text` is not JSON */
export function parseJson(text: string, origin: string, remedy: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ExternalError(
      `${origin} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      {
        remedy,
        cause: error,
      },
    );
  }
}
