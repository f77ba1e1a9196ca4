import Table from "cli-table3";
import { cpus } from "node:os";
import { benchSynth } from "./synth";
import { benchVerify } from "./verify";

const ROUNDS = 9;

/** Prints ratios within one run on one machine: single times say more about the machine than about the code. */
async function main(): Promise<void> {
  const rows = [...(await benchSynth(ROUNDS)), ...(await benchVerify(ROUNDS))];
  const table = new Table({ head: ["what", "median", "against"], style: { head: [], border: [] } });
  table.push(...rows);
  process.stdout.write(
    `medians of ${ROUNDS}, in turn, node ${process.version}, ${cpus().length} cores\n${table.toString()}\n`,
  );
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
