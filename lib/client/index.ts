/** Talks to members of an etcd cluster: any that answers, or one by itself. Everything else that needs etcd3 builds on it. */
export { attempt } from "./attempts";
export { classify } from "./classify";
export type { TlsOptions, UserCredentials } from "./credentials";
export { pause, untilAborted, withDeadline } from "./deadline";
export { addressOf, targetsOf } from "./endpoint";
export type { RawHeader } from "./header";
export type { Renewal } from "./keep-alive";
export { prefixRange, rangeFrom, type KeyRange } from "./key-range";
export { Login } from "./login";
export { Member, type CallOptions, type MemberOptions } from "./member";
export { Members, type HedgeOptions, type MembersOptions } from "./members";
export { openEtcd3 } from "./open-etcd3";
export { EndpointProblem, isAboutUser, isOutOfReach, settle, type Answer, type ProblemKind } from "./problem";
export type { Address, Target } from "./target";
export {
  keyValueOf,
  RawWatch,
  type KeyValue,
  type RawKeyValue,
  type WatchEvent,
  type WatchListener,
  type WatchReply,
  type WatchRequest,
} from "./watch";
