import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { HealthWatch } from "../lab/health-watch";
import type { Lab, Verification } from "../lab/lab";
import { leaderOf } from "../lab/leader";
import { WriteLoad } from "../load/write-load";
import type { Drill, DrillContext, DrillRecord } from "./drill";

/** Far above what any drill takes, so that only a member that never comes back gets there. */
const RECOVERY_TIMEOUT_MS = 180_000;
const SEEN_TIMEOUT_MS = 120_000;

/** A cluster under a recorded write load, for drills that follow each other. */
export class DrillGround {
  private constructor(
    private readonly lab: Lab,
    private readonly load: WriteLoad,
    private readonly health: HealthWatch,
  ) {}

  /**
   * The lab's cluster has to be deployed.
   * @throws Error with what each member says when not all are healthy
   */
  static async prepare(lab: Lab): Promise<DrillGround> {
    const load = await WriteLoad.start({
      endpoints: lab.endpoints,
      tls: lab.tls,
      command: (words) => lab.project.namespace.command(words, "/"),
      file: join(lab.project.folder, "writes.jsonl"),
    });
    const ground = new DrillGround(lab, load, lab.watchHealth());
    try {
      await ground.health.healthy(lab.endpoints);
      return ground;
    } catch (error) {
      await ground.dispose();
      throw error;
    }
  }

  /**
   * Runs one drill under load, and then wants: every member healthy without a hand, `verify` content, and every acknowledged write
   * still there.
   *
   * @throws Error that names what is not so
   */
  async run(drill: Drill): Promise<DrillRecord> {
    try {
      return await this.perform(drill);
    } catch (error) {
      // The next drill begins with a whole cluster, too.
      await this.lab.makeWhole();
      throw error;
    }
  }

  async dispose(): Promise<void> {
    await this.load.stop();
    await this.health.stop();
  }

  private async perform(drill: Drill): Promise<DrillRecord> {
    const { lab, load, health } = this;
    await health.healthy(lab.endpoints);
    const seen: string[] = [];
    let brokeAt = Date.now();
    let mendedAt: number | undefined;
    await drill.run({
      lab,
      health,
      leader: () => leaderOf(lab),
      followers: async () => {
        const leader = await leaderOf(lab);
        return lab.machines.map(({ name }) => name).filter((name) => name !== leader);
      },
      breaks: (action) => {
        brokeAt = Date.now();
        return action();
      },
      sees: async (...what) => {
        seen.push(await see(lab, ...what));
      },
      mends: (action) => {
        mendedAt = Date.now();
        return action();
      },
      notes: (text) => seen.push(text),
    });
    const healthyAt = await health.healthy(lab.endpoints, RECOVERY_TIMEOUT_MS);
    await expectContent(lab);
    const recoveredAt = Math.max(healthyAt, await load.firstAcknowledgedAfter(healthyAt));
    const { problems, lost } = await load.check();
    if (problems.length > 0)
      throw new Error(`${problems.length} problems with what was written:\n${problems.join("\n")}`);
    return {
      title: drill.title,
      seen,
      recoveredMs: Math.max(0, healthyAt - (mendedAt ?? brokeAt)),
      longestWriteGapMs: load.longestGapMs(brokeAt, recoveredAt),
      acknowledged: load.acknowledgedBetween(brokeAt, recoveredAt),
      lost: lost.length,
    };
  }
}

/** The first failure that says it, as the table shows it. */
async function see(
  lab: Lab,
  ...[blamed, reason, options]: Parameters<DrillContext["sees"]>
): Promise<string> {
  const members = [blamed].flat();
  const { broken = members, checks } = options ?? {};
  const until = Date.now() + SEEN_TIMEOUT_MS;
  let said: Verification;
  do {
    said = await lab.verify(...(checks === undefined ? [] : ["--checks", checks]));
    const matching = said.failures.filter((failure) => reason.test(failure.reason));
    const found = matching.find(({ member }) => member !== null && members.includes(member));
    // During an election others may be in the same state for a moment.
    const isJust = matching.every(({ member }) => member === null || broken.includes(member));
    if (found !== undefined && isJust) return `${found.member}: ${found.reason}`;
    await sleep(200);
  } while (Date.now() < until);
  const words = inWords(said) || said.report.verdict;
  throw new Error(
    `verify never said ${String(reason)} of ${members.join(", ")} and of no other than ${broken.join(", ")}, but:\n${words}`,
  );
}

async function expectContent(lab: Lab): Promise<void> {
  const said = await lab.verify("--wait", "60s");
  if (said.code !== 0)
    throw new Error(`all members say that they are healthy, but verify is not content:\n${inWords(said)}`);
}

function inWords({ failures }: Verification): string {
  return failures
    .map(({ member, check, reason }) => `${member ?? "cluster"}: ${check}: ${reason}`)
    .join("\n");
}
