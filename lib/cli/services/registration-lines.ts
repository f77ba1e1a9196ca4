import type { Registration, Withdrawal } from "../../discovery";
import { oneLine } from "../../verification";

/** Says on stderr how a registration fares. */
export function tellOf(registration: Registration): void {
  const toldProblems = new Set<string>();
  let hasBeenRegistered = false;
  registration.on("state", ({ state, reason }) => {
    if (state === "registered") {
      toldProblems.clear();
      say(`registered ${hasBeenRegistered ? "again " : ""}as ${registration.key}`);
      hasBeenRegistered = true;
    } else if (state === "recovering")
      say(`recovering: ${reason ?? "no member has confirmed it for a while"}`);
    else if (state === "replaced") say(`replaced: another process has registered as ${registration.key}`);
  });
  // Attempts go on, and every member has its way to fail.
  registration.on("problem", ({ message, remedy }) => {
    if (registration.state === "registered" || toldProblems.has(message)) return;
    toldProblems.add(message);
    say(`not registered ${hasBeenRegistered ? "now" : "yet"}: ${message}`);
    if (remedy !== undefined && !hasBeenRegistered) say(`  ${remedy}`);
  });
}

/** Says on stderr how it ended. */
export function tellOfEnd({ isConfirmed }: Withdrawal): void {
  say(
    isConfirmed
      ? "withdrawn"
      : "not withdrawn: no member has confirmed it in time; the entry goes when its lease ends",
  );
}

function say(line: string): void {
  process.stderr.write(`${oneLineKeepingIndent(line)}\n`);
}

/** Names come from the command line and reasons from members: neither may do something to a terminal. */
const oneLineKeepingIndent = (line: string): string => `${/^ */.exec(line)![0]}${oneLine(line)}`;
