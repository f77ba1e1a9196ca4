import type { Connection } from "../connection";
import { go } from "./go";
import { json } from "./json";
import { python } from "./python";
import { shell } from "./shell";
import { typescript } from "./typescript";

/** How a connection can be written down: one function each, whose text has no line feed at its end. */
export const connectionFormats = { shell, json, typescript, go, python } as const satisfies Record<
  string,
  (connection: Connection) => string
>;
export type ConnectionFormat = keyof typeof connectionFormats;
