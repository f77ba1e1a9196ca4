import { untilAborted } from "../../../client";
import type { Snapshot } from "../../../discovery";
import { allOf } from "../../all-of";
import type { AskingOptions } from "../../asking";
import { EXIT, type ExitCode } from "../../exit-codes";
import { oneOf } from "../../one-of";
import { renderInstancesJson } from "../../services/instances-json";
import { renderInstances } from "../../services/instances-table";
import { refuseNames } from "../../services/selection";
import { layoutOf, type LayoutOptions } from "../../services/layout-options";
import { withRegistry } from "../../services/with-registry";
import { terminalOf } from "../../terminal";
import { oneLine } from "../../../verification";

export interface GetOptions extends AskingOptions, LayoutOptions {
  readonly one?: boolean | undefined;
  readonly output: string;
}

const FORMATS = ["endpoints", "table", "json"] as const;
type GetFormat = (typeof FORMATS)[number];

/** Where a service can be reached, for scripts: fails when it cannot. */
export async function get(
  service: string,
  instance: string | undefined,
  options: GetOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { format, layout } = allOf({
    format: () => oneOf("--output", options.output, FORMATS),
    layout: () => layoutOf(options),
  });
  refuseNames([service], undefined, layout);
  const all = await withRegistry(options, layout, signal, (registry) =>
    untilAborted(registry.list(service), signal),
  );
  const named =
    instance === undefined ? all.instances : all.instances.filter((each) => each.instance === instance);
  const instances = options.one === true ? anyOf(named) : named;
  if (instances.length > 0 || format === "json")
    process.stdout.write(`${printed({ ...all, instances }, format)}\n`);
  if (instances.length > 0) return EXIT.ok;
  process.stderr.write(
    `${oneLine(instance === undefined ? `no instance of ${service}` : `no instance ${instance} of ${service}`)} is registered\n`,
  );
  return EXIT.unhealthy;
}

function printed(snapshot: Snapshot, format: GetFormat): string {
  if (format === "json") return renderInstancesJson(snapshot);
  if (format === "table") return renderInstances(snapshot.instances, terminalOf(process.stdout).columns);
  return snapshot.instances.map(({ endpoint }) => oneLine(endpoint)).join("\n");
}

function anyOf<T>(all: readonly T[]): readonly T[] {
  const start = Math.floor(Math.random() * all.length);
  return all.slice(start, start + 1);
}
