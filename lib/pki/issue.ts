import { UsageError } from "../errors";
import type { PkiStep, PkiWriteOptions } from "./options";
import { clientPlan, planPki, type Clusters } from "./plan";
import { carryOut } from "./work";

export interface IssueRequest {
  /** Names of members, each for a server and a peer certificate. */
  readonly members?: readonly string[] | undefined;
  /** Names of client certificates, e.g. one per application; etcd takes the name for its user's. */
  readonly clients?: readonly string[] | undefined;
}

/** As for members: file names and common names of every kind take it. */
const CLIENT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * Makes certificates by name where they are missing or do not fit; those that fit are kept. Needs the CAs that
 * `ensurePki` makes.
 *
 * @throws {UsageError} for a name that no member has, or that no client can have
 * @throws {ExternalError} when a CA or its key is not here; nothing was changed then
 */
export async function issueCertificates(
  clusters: Clusters,
  { members = [], clients = [] }: IssueRequest,
  options: PkiWriteOptions = {},
): Promise<PkiStep[]> {
  const plan = planPki(clusters);
  const unknown = members.filter((name) => !plan.memberNames.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(
      `no member ${unknown.join(", ")} in the definition; there are ${plan.memberNames.join(", ")}`,
      { remedy: "for the certificate of an application, use --client NAME" },
    );
  }
  const wrong = clients.filter((name) => !CLIENT_NAME.test(name));
  if (wrong.length > 0) {
    throw new UsageError(
      `the name of a client must be letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit, got ${wrong.map((name) => JSON.stringify(name)).join(", ")}`,
    );
  }
  const leaves = [
    ...plan.leaves.filter(({ purpose, owner }) => purpose !== "client" && members.includes(owner)),
    ...[...new Set(clients)].map((name) => clientPlan(plan.layout, name)),
  ];
  return carryOut(plan, { leaves, anew: false, authorities: false }, options);
}
