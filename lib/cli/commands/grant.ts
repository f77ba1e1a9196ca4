import type { Member } from "../../client";
import { ExternalError } from "../../errors";
import { allOf } from "../all-of";
import type { AskingOptions } from "../asking";
import { EXIT, type ExitCode } from "../exit-codes";
import { carryOut } from "../grant/carry-out";
import { plan, type Step, type Wish } from "../grant/plan";
import { renderGrantJson, renderRights, stepWords, type Rights } from "../grant/render";
import { wishOf, type GrantRequestOptions } from "../grant/request";
import { readNames, readState, rolesOf } from "../grant/state";
import {
  authWarnings,
  passwordWarnings,
  prefixWarnings,
  refuseWithoutLogin,
  type GrantWarning,
} from "../grant/warnings";
import { oneOf } from "../one-of";
import { withMembers, type Reached } from "../with-members";

export interface GrantOptions extends AskingOptions, GrantRequestOptions {
  readonly output?: string | undefined;
}

const FORMATS = ["table", "json"] as const;

/** A member that says nothing for so long is not waited for alone. */
const HEDGE_AFTER_MS = 300;

/** Gives a user of etcd's own authentication rights on keys, takes them back, or shows them. A second run changes nothing. */
export async function grant(
  name: string | undefined,
  options: GrantOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { format, wish } = allOf({
    format: () => oneOf("--output", options.output ?? FORMATS[0], FORMATS),
    wish: () => wishOf(name, options),
  });
  const { isAuthEnabled, steps, rights, warnings } = await withMembers(options, signal, (reached) =>
    wish === undefined ? shown(reached, name, signal) : done(reached, wish, signal),
  );
  const wasDone = steps.filter(({ isNeeded }) => isNeeded);
  const words = (some: readonly Step[]): string[] => some.map((step) => stepWords(wish?.name ?? "", step));
  const text =
    format === "json"
      ? renderGrantJson({ isAuthEnabled, changes: words(wasDone), rights })
      : [...words(steps), ...(steps.length === 0 ? [] : [""]), renderRights(rights)].join("\n");
  process.stdout.write(`${text}\n`);
  for (const { message, remedy } of warnings) process.stderr.write(`warning: ${message}\n  ${remedy}\n`);
  return EXIT.ok;
}

interface Outcome {
  readonly isAuthEnabled: boolean;
  readonly steps: readonly Step[];
  readonly rights: readonly Rights[];
  readonly warnings: readonly GrantWarning[];
}

async function done({ members, tls }: Reached, wish: Wish, signal: AbortSignal): Promise<Outcome> {
  const { name } = wish;
  const { member, value: before } = await members.hedged((candidate) => readState(candidate, name), {
    hedgeAfterMs: HEDGE_AFTER_MS,
    signal,
  });
  if (wish.kind === "revoke" && !before.isUser && !before.isRole)
    throw new ExternalError(`there is no user ${name}, and no role of that name`, {
      remedy: "`cdktf-etcd grant` shows everybody there is.",
    });
  refuseWithoutLogin(before, wish, member.target.endpoint.startsWith("https:"));
  const steps = plan(before, wish);
  for (const step of steps) {
    signal.throwIfAborted();
    await carryOut(member, name, step);
  }
  const { isAuthEnabled, isUser, roles } = await readState(member, name);
  return {
    isAuthEnabled,
    steps,
    rights: isUser ? [{ user: name, roles }] : [],
    warnings: [
      ...prefixWarnings(wish),
      ...passwordWarnings(before, wish),
      ...authWarnings(isAuthEnabled, tls),
    ],
  };
}

/** Without a name all users. */
async function shown(
  { members, tls }: Reached,
  name: string | undefined,
  signal: AbortSignal,
): Promise<Outcome> {
  const ask = async (member: Member): Promise<Outcome> => {
    const names = await readNames(member);
    if (name !== undefined && !names.users.includes(name))
      throw new ExternalError(`there is no user ${name}`, {
        remedy: `Make it with: cdktf-etcd grant ${name} --prefix PREFIX --read --write`,
      });
    const rights = await Promise.all(
      (name === undefined ? names.users : [name]).map(async (user) => ({
        user,
        roles: await rolesOf(member, names, user),
      })),
    );
    const { isAuthEnabled } = names;
    return { isAuthEnabled, steps: [], rights, warnings: authWarnings(isAuthEnabled, tls) };
  };
  return (await members.hedged(ask, { hedgeAfterMs: HEDGE_AFTER_MS, signal })).value;
}
