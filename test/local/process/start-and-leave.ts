/** Starts one member as a program of its own: options as JSON in the first argument; SIGINT interrupts the start. */
import { startMember, type StartOptions } from "../../../lib/local";

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());
startMember({ ...(JSON.parse(process.argv[2]!) as StartOptions), signal: interrupt.signal }).then(
  ({ record }) => console.log(`started ${record.pid}`),
  (error: unknown) => {
    console.log(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
