import { lazyRequire } from "../lazy-require";

/** The client, loaded when the first member is asked. The build prepares it for a quick start (.config/build/etcd3.js). */
export function loadEtcd3(): typeof import("etcd3") {
  return lazyRequire("etcd3") as typeof import("etcd3");
}
