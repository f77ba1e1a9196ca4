import { untilAborted } from "../../../client";
import { allOf } from "../../all-of";
import type { AskingOptions } from "../../asking";
import { EXIT, type ExitCode } from "../../exit-codes";
import { oneOf } from "../../one-of";
import { renderInstancesJson } from "../../services/instances-json";
import { renderInstances } from "../../services/instances-table";
import { layoutOf, type LayoutOptions } from "../../services/layout-options";
import { refuseNames, selectionOf } from "../../services/selection";
import { withRegistry } from "../../services/with-registry";
import { terminalOf } from "../../terminal";

export interface ListOptions extends AskingOptions, LayoutOptions {
  readonly below?: string | undefined;
  readonly output: string;
}

/** What is registered now; none is an answer too. */
export async function list(
  services: readonly string[],
  options: ListOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { format, layout, selection } = allOf({
    format: () => oneOf("--output", options.output, ["table", "json"] as const),
    layout: () => layoutOf(options),
    selection: () => selectionOf(services, options.below),
  });
  refuseNames(services, options.below, layout);
  const snapshot = await withRegistry(options, layout, signal, (registry) =>
    untilAborted(registry.list(selection), signal),
  );
  const { columns } = terminalOf(process.stdout);
  process.stdout.write(
    `${format === "json" ? renderInstancesJson(snapshot) : renderInstances(snapshot.instances, columns)}\n`,
  );
  return EXIT.ok;
}
