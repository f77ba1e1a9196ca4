import { synthesize } from "../lib/cli/synthesize";

void synthesize();
