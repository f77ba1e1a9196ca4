/** etcd binaries and etcd processes on this machine. */
export { defaultCacheDir } from "../downloads";
export type { EtcdOrigin, FoundEtcd } from "./binary/etcd-source";
export { resolveEtcd, type ResolveEtcdOptions } from "./binary/resolve-etcd";
export { LOCAL_INPUT_VARIABLE, stateDirOf, type LocalInput } from "./local-input";
export { memberFolder, type MemberFolder } from "./process/member-folder";
export { preflight, type PreflightMember, type PreflightOptions } from "./process/preflight";
export {
  generationOf,
  isRunning,
  readRecord,
  readRecords,
  type ProcessRecord,
  type RecordState,
} from "./process/record";
export { startMember, type StartOptions, type StartResult } from "./process/start";
export { stopMember, type StopOptions, type StopResult } from "./process/stop";
export { guardMembership, MEMBERSHIP_REMEDY, membershipProblems } from "./membership-guard";
export { trustOf, withAbsoluteTls } from "./tls-paths";
