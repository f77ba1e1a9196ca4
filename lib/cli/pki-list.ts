import type { ListedCertificate } from "../pki";
import { plainTable } from "./plain-table";

/** Raised when a field is removed or changes its meaning. */
export const PKI_LIST_SCHEMA_VERSION = 1;

const HEADERS = ["OWNER", "FOR", "FILE", "ISSUER", "NAMES", "ENDS", "DAYS LEFT", "STATE"] as const;

/** For people: one line per certificate; what is wrong with it comes last, because it can be long. */
export function renderCertificates(listed: readonly ListedCertificate[]): string {
  return plainTable(HEADERS, listed.map(cells));
}

function cells(listed: ListedCertificate): string[] {
  const { owner, purpose, certFile, certificate } = listed;
  return [
    owner,
    purpose,
    certFile,
    certificate?.issuer ?? "",
    certificate?.names.join(",") ?? "",
    certificate?.notAfter.toISOString().slice(0, 10) ?? "",
    certificate === undefined ? "" : String(certificate.daysLeft),
    stateOf(listed),
  ];
}

function stateOf({ problems, certificate, certFile, hasKey }: ListedCertificate): string {
  if (problems.length > 0)
    return problems.map(({ file, says }) => (file === certFile ? says : `${file} ${says}`)).join("; ");
  const state = certificate?.endsSoon === true ? "ends soon" : "good";
  return hasKey ? state : `${state}, key kept elsewhere`;
}

/** For programs. What is not known is `null`. */
export function renderCertificatesJson(clusterName: string, listed: readonly ListedCertificate[]): string {
  const certificates = listed.map(({ certificate, problems, ...known }) => ({
    ...known,
    issuer: certificate?.issuer ?? null,
    names: certificate?.names ?? null,
    serialNumber: certificate?.serialNumber ?? null,
    notBefore: certificate?.notBefore.toISOString() ?? null,
    notAfter: certificate?.notAfter.toISOString() ?? null,
    daysLeft: certificate?.daysLeft ?? null,
    endsSoon: certificate?.endsSoon ?? null,
    endsWithCa: certificate?.endsWithCa ?? null,
    problems: problems.map(({ file, says }) => `${file} ${says}`),
  }));
  return JSON.stringify(
    { schemaVersion: PKI_LIST_SCHEMA_VERSION, cluster: clusterName, certificates },
    null,
    2,
  );
}
