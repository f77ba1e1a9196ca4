import type { Cluster } from "../cluster/cluster";
import { OPERATOR } from "../cluster/pki-layout";
import type { Mistake } from "../errors";
import { examineLeaf } from "./examine";
import { authoritiesOf, isEmpty, planesInUse } from "./inventory";
import { formatDay } from "./lifetimes";
import { listCertificates, type ListedCertificate } from "./list";
import { lookOf, type PkiOptions } from "./options";
import { hasManagedPki, planPki, type Clusters, type LeafPlan } from "./plan";
import { describe, type Problem } from "./problem";
import { authorityRemedy, looseModeRemedy } from "./refusal";

/**
 * Whatever would keep a cluster from running with the certificates that are here, each as a mistake at `tls`. Reads only.
 * Empty for a cluster whose certificates are not kept here.
 */
export function pkiMistakes(cluster: Cluster, options: PkiOptions = {}): Mistake[] {
  if (!hasManagedPki(cluster)) return [];
  const plan = planPki(cluster);
  const look = lookOf(options);
  const authorities = authoritiesOf(plan, look);
  const inUse = planesInUse(plan, look);
  const both = Object.values(authorities);
  if (isEmpty(plan, look)) {
    return [
      {
        path: "tls",
        message: `there are no certificates for ${cluster.name} yet: ${plan.layout.folder} is missing or empty`,
        remedy:
          "make them with cdktf-etcd pki init; if the cluster is deployed already, bring the folder from where that was done. Or set tls: false for plain HTTP",
      },
    ];
  }
  return [
    ...both.flatMap((authority) =>
      authority.problems.map((problem) =>
        mistake(problem, authorityRemedy(problem, authority, inUse.includes(authority.plan.plane), plan)),
      ),
    ),
    ...plan.leaves.flatMap((leaf) =>
      examineLeaf(leaf, authorities[leaf.plane], look).problems.map((problem) =>
        mistake(problem, leafRemedy(problem, leaf)),
      ),
    ),
  ];
}

/**
 * Certificates that can still be used and end soon: within 30 days, a CA within 180. Those that cannot be used are in
 * {@link pkiMistakes}.
 */
export function pkiWarnings(clusters: Clusters, options: PkiOptions = {}): Mistake[] {
  const [first] = "name" in clusters ? [clusters] : clusters;
  if (first === undefined || !hasManagedPki(first)) return [];
  return listCertificates(clusters, options)
    .filter(({ certificate }) => certificate?.endsSoon === true && certificate.daysLeft >= 0)
    .map(warning);
}

function warning({ certificate, certFile, purpose, owner }: ListedCertificate): Mistake {
  const ends =
    certificate === undefined
      ? ""
      : ` in ${certificate.daysLeft} ${certificate.daysLeft === 1 ? "day" : "days"}, on ${formatDay(certificate.notAfter)}`;
  return {
    path: "tls",
    message: `${certFile} ends${ends}`,
    remedy: isAuthority(purpose)
      ? "what it signs ends with it. Add the certificate of a new CA to the file, deploy, then put the new key beside it and run cdktf-etcd pki renew --all; remove the old certificate last"
      : certificate?.endsWithCa === true
        ? "its CA ends then too, and has to be replaced first"
        : `cdktf-etcd pki renew ${owner}`,
  };
}

function isAuthority(purpose: ListedCertificate["purpose"]): boolean {
  return purpose === "client CA" || purpose === "peer CA";
}

function mistake(problem: Problem, remedy: string): Mistake {
  return { path: "tls", message: describe(problem), remedy };
}

function leafRemedy(problem: Problem, { purpose, owner }: LeafPlan): string {
  switch (problem.kind) {
    case "absent":
    case "missing":
      return owner === OPERATOR && purpose === "client"
        ? "cdktf-etcd pki init makes it"
        : `cdktf-etcd pki init makes it, or cdktf-etcd pki issue ${owner}`;
    case "loose-mode":
      return looseModeRemedy(problem);
    case "unreadable":
      return "make it readable for the user who runs this";
    case "not-a-file":
      return "move it away, then run cdktf-etcd pki init";
    case "expired":
      return `cdktf-etcd pki renew ${owner}`;
    default:
      return `cdktf-etcd pki issue ${purpose === "client" ? `--client ${owner}` : owner} replaces it`;
  }
}
