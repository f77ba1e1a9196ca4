/** Certificates of a cluster in `pki/<cluster>/`: made, kept, judged. Reading them is cheap; what makes them is loaded when it is needed. */
export { ensurePki } from "./ensure";
export { issueCertificates, type IssueRequest } from "./issue";
export { daysUntil, ENDS_SOON_MS, formatDay } from "./lifetimes";
export { listCertificates, type CertificateFacts, type ListedCertificate, type ListedProblem } from "./list";
export { pkiMistakes, pkiWarnings } from "./mistakes";
export type { PkiOptions, PkiStep, PkiWriteOptions } from "./options";
export { hasManagedPki, type Clusters } from "./plan";
export { renewCertificates, type RenewRequest } from "./renew";
