/**
 * Reads all keys of a load: once as the cluster agrees on, then what each member has in its own database at that revision. Takes
 * {@link ReadOptions} as JSON in the first argument and prints {@link Reading} as JSON.
 */
import { readCluster, type ReadOptions } from "./read-cluster";

process.noDeprecation = true;
readCluster(JSON.parse(process.argv[2] ?? "") as ReadOptions).then(
  (reading) => process.stdout.write(JSON.stringify(reading), () => process.exit()),
  (error: unknown) =>
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () =>
      process.exit(1),
    ),
);
