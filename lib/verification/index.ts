/**
 * Questions put to a running etcd cluster, and a verdict. Works against any etcd; knows nothing of CDKTF.
 *
 * @example
 * ```ts
 * import { renderTable, verify } from "cdktf-etcd/verification";
 *
 * const report = await verify({ endpoints: ["http://127.0.0.1:2379"] });
 * console.log(renderTable(report));
 * process.exit(report.verdict === "healthy" ? 0 : 1); // gRPC may keep a half-open connection, and with it the process
 * ```
 */
export { allChecks } from "./checks";
export type { Alarm, ListedMember, MemberStatus } from "./questions/answers";
export type { TlsOptions, UserCredentials } from "../client";
export type { Check, CheckContext, Finding, Outcome } from "./check";
export type { Address } from "../client";
export type { ClusterExpectation, DefinedCluster, ExpectedMember } from "./expectation";
export {
  defaultCallTimeoutMs,
  type AskOptions,
  type ClusterToAsk,
  type NoWay,
  type SnapshotFolder,
} from "./options";
export { EndpointProblem, type ProblemKind } from "../client";
export { formats, printers, type Format } from "./printers";
export { renderGithub } from "./printers/github";
export { renderHtml } from "./printers/html";
export { renderJson, renderStatusJson, type StatusJson, type VerificationJson } from "./printers/json";
export { renderJunit } from "./printers/junit";
export { oneLine } from "./printers/one-line";
export type { Printer, PrinterOptions, ProducedBy } from "./printers/printer-options";
export { renderProgress } from "./printers/progress";
export { renderPrometheus } from "./printers/prometheus";
export { renderStatusTable } from "./printers/status-table";
export { renderTable } from "./printers/table";
export type {
  CheckReport,
  CheckResult,
  EndpointStatus,
  StatusProblem,
  VerificationReport,
  Verdict,
} from "./report";
export { status, watchStatus, type WatchStatusOptions } from "./status";
export { verify, type VerifyOptions } from "./verify";
export { waitUntilHealthy, type ProgressEvent, type WaitOptions } from "./wait-until-healthy";
