import Table from "cli-table3";
import { cpus } from "node:os";
import { benchDeadMembers } from "./dead-members";
import { benchKeys } from "./keys";
import { benchManyEndpoints } from "./many-endpoints";
import { benchServices } from "./services";
import { benchStart } from "./start";
import { benchSynth } from "./synth";
import { benchVerify } from "./verify";

const ROUNDS = 9;
/** Of what takes seconds each time. */
const FEW_ROUNDS = 3;

const benches: Readonly<Record<string, () => string[][] | Promise<string[][]>>> = {
  synth: () => benchSynth(ROUNDS),
  start: () => benchStart(ROUNDS),
  verify: async () => [...(await benchVerify(ROUNDS, false)), ...(await benchVerify(ROUNDS, true))],
  dead: () => benchDeadMembers(FEW_ROUNDS),
  many: () => benchManyEndpoints(FEW_ROUNDS),
  services: async () => [...(await benchServices(ROUNDS, false)), ...(await benchServices(ROUNDS, true))],
  keys: () => benchKeys(ROUNDS),
};

/**
 * Prints ratios within one run on one machine: single times say more about the machine than about the code.
 *
 * @param names of benches; all if there are none
 */
async function main(names: readonly string[]): Promise<void> {
  const table = new Table({ head: ["what", "median", "against"], style: { head: [], border: [] } });
  for (const name of names.length === 0 ? Object.keys(benches) : names) {
    const bench = benches[name];
    if (bench === undefined)
      throw new Error(`no bench ${name}; there are ${Object.keys(benches).join(", ")}`);
    table.push(...(await bench()));
  }
  process.stdout.write(
    `medians of ${ROUNDS}, of ${FEW_ROUNDS} where one takes seconds, in turn, node ${process.version}, ${cpus().length} cores\n${table.toString()}\n`,
  );
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
