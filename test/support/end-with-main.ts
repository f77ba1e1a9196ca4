/** A worker whose main process was killed would go on with its file, and with all the processes that it started. */
process.once("disconnect", () => process.exit(1));
