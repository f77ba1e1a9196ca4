import { awsAddressRules } from "./aws-address-rules";
import { awsBucketRules } from "./aws-bucket-rules";
import { awsClientAccessRules } from "./aws-client-access-rules";
import { awsDnsRules } from "./aws-dns-rules";
import { awsKmsRules } from "./aws-kms-rules";
import { awsMachineRules } from "./aws-machine-rules";
import { awsNetworkRules } from "./aws-network-rules";
import { awsRouteRules } from "./aws-route-rules";
import { etcdRules } from "./etcd-rules";
import { localRules } from "./local-rules";
import { memberRules } from "./member-rules";
import { releaseRules } from "./release-rules";
import type { Rule } from "./rule";
import { sizingRules } from "./sizing-rules";

/** All that is checked before anything is created, beyond each value by itself. */
export const RULES: readonly Rule[] = [
  ...memberRules,
  ...releaseRules,
  ...etcdRules,
  ...awsNetworkRules,
  ...awsAddressRules,
  ...awsRouteRules,
  ...awsClientAccessRules,
  ...awsDnsRules,
  ...awsBucketRules,
  ...awsKmsRules,
  ...awsMachineRules,
  ...sizingRules,
  ...localRules,
];
