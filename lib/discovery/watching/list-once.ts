import type { World } from "../world";
import type { DiscoverOptions, Selection, Snapshot } from "./changes";
import { entryReader } from "./entry-reader";
import { InstanceTable } from "./instance-table";
import { listScopes } from "./list-scopes";
import { scopesOf } from "./selection";

/**
 * Asks once, without following.
 *
 * @throws UsageError for names that are none
 * @throws EndpointProblem if no member could answer, or the user may not read all of it
 */
export async function listOnce<M extends object>(
  { members, layout, timing }: World,
  selection: Selection,
  { schema }: DiscoverOptions<M>,
): Promise<Snapshot<M>> {
  const scopes = scopesOf(selection, layout);
  const prefixes = scopes.map(({ prefix }) => prefix);
  const at = Date.now();
  const { value } = await members.hedged((member) => listScopes(member, prefixes), timing);
  const table = new InstanceTable(entryReader(layout, schema));
  value.contents.forEach((content, index) => {
    if (!content.ok) throw content.problem;
    table.fill(scopes[index]!, content.value);
  });
  return {
    instances: table.instances,
    revision: value.standing?.revision ?? 0n,
    isStale: false,
    confirmedAt: at,
  };
}
