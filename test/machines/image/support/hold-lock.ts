/** Takes a lock and holds it until it is killed: for the test of locks. */
import { withFileLock } from "../file-lock";

void withFileLock(process.argv[2]!, () => {
  console.log("held");
  return new Promise(() => setInterval(() => undefined, 60_000));
});
