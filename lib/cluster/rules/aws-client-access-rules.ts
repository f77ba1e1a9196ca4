import { parseCidr } from "../ipv4";
import type { ParsedDefinition } from "../schema";
import { mistakeAt, repeated, type Rule } from "./rule";

const PATH = ["aws", "clientAccess"];

const clientAccessSaid: Rule = {
  id: "client-access-said",
  needs: ["aws.clientAccess"],
  check({ aws }) {
    const { cidrs = [], securityGroupIds = [] } = aws?.clientAccess ?? {};
    return aws?.network?.vpcId !== undefined && cidrs.length + securityGroupIds.length === 0
      ? [
          mistakeAt(
            PATH,
            "is missing; with an existing VPC it has to say who may connect",
            "list cidrs, securityGroupIds or both",
          ),
        ]
      : [];
  },
};

/** EC2 refuses the second of two equal rules, in the middle of the deploy. */
const clientAccessOnce: Rule = {
  id: "client-access-listed-once",
  check: ({ aws }) =>
    (["cidrs", "securityGroupIds"] as const).flatMap((key) =>
      repeated(aws?.clientAccess?.[key] ?? []).map(({ index, item, first }) =>
        mistakeAt(
          [...PATH, key, index],
          `is the same as ${key}[${first}], got "${item}"`,
          "remove one of the two",
        ),
      ),
    ),
};

const openOnPurpose: Rule = {
  id: "open-to-everyone-said",
  needs: ["aws.clientAccess.openToEveryone"],
  check: (definition) =>
    definition.aws?.clientAccess?.openToEveryone === true
      ? []
      : openCidrs(definition).map(({ index, cidr }) =>
          mistakeAt(
            [...PATH, "cidrs", index],
            `opens the client port to every address there is, got "${cidr}"`,
            "name the ranges that clients come from; if everybody is meant, say openToEveryone: true beside it",
          ),
        ),
};

const openHasEffect: Rule = {
  id: "open-to-everyone-has-effect",
  needs: ["aws.clientAccess.cidrs"],
  check: (definition) =>
    definition.aws?.clientAccess?.openToEveryone === true && openCidrs(definition).length === 0
      ? [
          mistakeAt(
            [...PATH, "openToEveryone"],
            "has no effect: none of the cidrs is 0.0.0.0/0",
            "remove it; the cidrs alone say who may connect",
          ),
        ]
      : [],
};

const openNeedsTls: Rule = {
  id: "open-to-everyone-needs-tls",
  needs: ["tls", "aws.clientAccess.cidrs"],
  check: (definition) =>
    definition.tls === false &&
    definition.aws?.clientAccess?.openToEveryone === true &&
    openCidrs(definition).length > 0
      ? [
          mistakeAt(
            [...PATH, "openToEveryone"],
            "must not be true with tls: false: everybody could read and write every key",
            "remove tls: false, or name the ranges that clients come from",
          ),
        ]
      : [],
};

function openCidrs({ aws }: ParsedDefinition): { readonly index: number; readonly cidr: string }[] {
  return (aws?.clientAccess?.cidrs ?? []).flatMap((cidr, index) => {
    const range = parseCidr(cidr);
    return range.ok && range.value.prefixLength === 0 ? [{ index, cidr }] : [];
  });
}

export const awsClientAccessRules: readonly Rule[] = [
  clientAccessSaid,
  clientAccessOnce,
  openOnPurpose,
  openHasEffect,
  openNeedsTls,
];
