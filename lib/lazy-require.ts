import { createRequire } from "node:module";

/**
 * Loads a CommonJS package where it is first needed. `await import()` would do so too, but through Node's ES module loader,
 * which costs about 50 ms for etcd3 alone; that is more than all the questions to a healthy cluster take. Bundlers get it otherwise
 * (`importLate` in .config/build/build.mjs).
 */
export const lazyRequire = createRequire(__filename);
