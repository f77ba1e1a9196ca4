import { namedMembers } from "../members";
import { mistakeAt, type Rule } from "./rule";

/** What certificates may name, and what every resolver takes. https://www.rfc-editor.org/rfc/rfc1123#section-2.1 */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4, in writing and without the dot at the end */
const LONGEST_NAME = 253;

/** Of the records for etcd's own discovery, the one with the longest name. https://etcd.io/docs/v3.6/op-guide/clustering/#dns-discovery */
const LONGEST_SERVICE = "_etcd-server-ssl._tcp";

const memberNamesAreLabels: Rule = {
  id: "member-names-are-dns-labels",
  needs: ["aws.dns"],
  check(definition) {
    if (definition.aws?.dns === undefined) return [];
    return namedMembers(definition).flatMap(({ name }, index) =>
      LABEL.test(name)
        ? []
        : [
            mistakeAt(
              ["members", index, "name"],
              `must be a DNS label with aws.dns (lower-case letters, digits and hyphens), got "${name}"`,
              `for example "${likeLabel(name)}"; or remove aws.dns`,
            ),
          ],
    );
  },
};

const dnsNamesFit: Rule = {
  id: "dns-names-fit",
  needs: ["members[].name"],
  check(definition) {
    const domain = definition.aws?.dns?.domain;
    if (domain === undefined) return [];
    const [longest = ""] = [LONGEST_SERVICE, ...namedMembers(definition).map(({ name }) => name)].toSorted(
      (a, b) => b.length - a.length,
    );
    const length = longest.length + 1 + domain.length;
    return length <= LONGEST_NAME
      ? []
      : [
          mistakeAt(
            ["aws", "dns", "domain"],
            `makes ${longest}.<domain> ${length} characters long, and DNS takes ${LONGEST_NAME}`,
            `take a domain of at most ${LONGEST_NAME - longest.length - 1} characters`,
          ),
        ];
  },
};

function likeLabel(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .replace(/-+$/, "");
}

export const awsDnsRules: readonly Rule[] = [memberNamesAreLabels, dnsNamesFit];
