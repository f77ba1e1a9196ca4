/** `npm run lab` over machines in name only. */
import { runLabCommand } from "../run";
import { memoryLabs } from "./memory-lab";

void runLabCommand(process.argv.slice(2), memoryLabs);
