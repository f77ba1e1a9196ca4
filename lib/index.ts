/** What an application of your own imports; `cdktf-etcd/verification` has the checks of a running cluster. */
export { EtcdCluster, type EtcdClusterProps, type ValidatedClusterProps } from "./constructs/etcd-cluster";
export type { MemberInstance } from "./constructs/aws/member-instance";

export { ensurePki } from "./pki";

export { defineCluster, parseCluster } from "./cluster/define";
export type {
  AwsDataVolumeDefinition,
  AwsDefinition,
  AwsDnsDefinition,
  AwsNetworkDefinition,
  AwsStateDefinition,
  AwsSubnetDefinition,
  ClusterDefinition,
  EtcdDefinition,
  LocalDefinition,
  MemberDefinition,
} from "./cluster/definition";
export type { SettingsInput } from "./cluster/settings";
export type {
  Architecture,
  AwsCluster,
  AwsMember,
  Cluster,
  LocalCluster,
  Member,
  Target,
  Tls,
  TlsFiles,
} from "./cluster/cluster";
export { CLUSTER_OUTPUT, outputsOf, type ClusterOutputs, type MemberOutput } from "./cluster/outputs";

export { CdktfEtcdError, DefinitionError, ExternalError, UsageError, type Mistake } from "./errors";
