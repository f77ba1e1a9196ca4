import { awsAddressRules } from "./aws-address-rules";
import { awsNetworkRules } from "./aws-network-rules";
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
  ...sizingRules,
  ...localRules,
];
