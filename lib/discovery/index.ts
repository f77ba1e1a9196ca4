/**
 * Registers services in etcd and finds them there, for applications: nothing of cluster definitions, Terraform or CDKTF is loaded.
 */
export { ServiceRegistry, type RegistryOptions } from "./registry";
export { Registration } from "./registration/registration";
export type {
  RegisterOptions,
  RegistrationEvents,
  RegistrationState,
  StateChange,
  Withdrawal,
} from "./registration/options";
export { Discovery, type DiscoveryEvents, type ReadyOptions } from "./watching/discovery";
export type {
  Change,
  ChangeType,
  DiscoverOptions,
  InvalidEntry,
  Selection,
  Snapshot,
} from "./watching/changes";
export { goNamingLayout } from "./layouts/go-naming";
export { microLayout } from "./layouts/micro";
export type { Entry, Layout } from "./layouts/layout";
export { healthAware, type HealthAwareOptions } from "./pickers/health-aware";
export { leastRecentlyFailed } from "./pickers/least-recently-failed";
export type { Picker } from "./pickers/picker";
export { random, type RandomOptions } from "./pickers/random";
export { roundRobin } from "./pickers/round-robin";
export type { Schema } from "./schema";
export type { Metadata, ServiceInstance } from "./service-instance";
export { defaultTiming, type Timing } from "./timing";
export {
  EndpointProblem,
  type Address,
  type ProblemKind,
  type TlsOptions,
  type UserCredentials,
} from "../client";
export { CdktfEtcdError, ExternalError, UsageError } from "../errors";
