/** Starts a load against nobody, prints when it runs, and never ends by itself. Takes the file for the log. */
import { WriteLoad } from "../write-load";

void WriteLoad.start({ endpoints: ["http://127.0.0.1:1"], file: process.argv[2] ?? "" }).then(() => {
  process.stdout.write("started\n");
  setInterval(() => undefined, 1000);
});
