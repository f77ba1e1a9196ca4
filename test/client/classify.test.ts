import { describe, expect, test } from "vitest";
import { classify } from "../../lib/client/classify";

/** As etcd3 1.1.2 words them, shortened; collected from members of 3.4.23, 3.5.16 and 3.5.30. */
const texts = [
  [
    "refused",
    "14 UNAVAILABLE: No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1",
  ],
  ["unknown-host", "14 UNAVAILABLE: Name resolution failed for target dns:nowhere.invalid:2379"],
  ["no-route", "14 UNAVAILABLE: No connection established. Last error: connect EHOSTUNREACH 10.0.0.1:2379"],
  [
    "server-certificate-unknown-ca",
    "14 UNAVAILABLE: No connection established. Last error: unable to verify the first certificate",
  ],
  [
    "server-certificate-unknown-ca",
    "14 UNAVAILABLE: Last error: Error: self-signed certificate in certificate chain",
  ],
  [
    "server-certificate-unknown-ca",
    "14 UNAVAILABLE: No connection established. Last error: Error: certificate signature failure",
  ],
  [
    "server-certificate-expired",
    "14 UNAVAILABLE: No connection established. Last error: certificate has expired",
  ],
  ["server-certificate-not-yet-valid", "14 UNAVAILABLE: Last error: Error: certificate is not yet valid"],
  [
    "server-certificate-wrong-name",
    "14 UNAVAILABLE: Last error: Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match",
  ],
  [
    "client-certificate-missing",
    "14 UNAVAILABLE: Last error: tlsv13 alert certificate required ... SSL alert number 116",
  ],
  [
    "client-certificate-unknown-ca",
    "14 UNAVAILABLE: Last error: tlsv1 alert unknown ca ... SSL alert number 48",
  ],
  [
    "client-certificate-expired",
    "14 UNAVAILABLE: Last error: sslv3 alert certificate expired ... SSL alert number 45",
  ],
  [
    "client-certificate-refused",
    "14 UNAVAILABLE: Last error: sslv3 alert bad certificate ... SSL alert number 42",
  ],
  [
    "speaks-plain-text",
    "14 UNAVAILABLE: Last error: Client network socket disconnected before secure TLS connection was established",
  ],
  ["speaks-tls", "14 UNAVAILABLE: No connection established. Last error: Failed to connect"],
  ["not-etcd", "14 UNAVAILABLE: No connection established. Last error: Protocol error. Resolution note: "],
  ["tls", "14 UNAVAILABLE: Last error: ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"],
  ["user-required", "3 INVALID_ARGUMENT: etcdserver: user name is empty"],
  ["wrong-password", "3 INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password"],
  ["permission-denied", "7 PERMISSION_DENIED: etcdserver: permission denied"],
  ["auth-not-enabled", "9 FAILED_PRECONDITION: etcdserver: authentication is not enabled"],
  ["invalid-token", "16 UNAUTHENTICATED: etcdserver: invalid auth token"],
  ["corrupt", "15 DATA_LOSS: etcdserver: corrupt cluster"],
  ["no-leader", "14 UNAVAILABLE: etcdserver: no leader"],
  ["learner", "14 UNAVAILABLE: etcdserver: rpc not supported for learner"],
  ["no-space", "8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded"],
  ["no-quorum", "14 UNAVAILABLE: etcdserver: request timed out"],
  ["no-quorum", "2 UNKNOWN: context deadline exceeded"],
  ["timed-out", "4 DEADLINE_EXCEEDED: Deadline exceeded after 2.002s,Waiting for LB pick"],
  ["disconnected", "14 UNAVAILABLE: read ECONNRESET"],
  ["disconnected", "14 UNAVAILABLE: No connection established. Last error: null. Resolution note: "],
] as const;

describe("what the client says", () => {
  test.each(texts)("%s: %s", (kind, text) => {
    const problem = classify(new Error(text), { callTimeoutMs: 2000, needsQuorum: false });
    expect(problem.kind).toBe(kind);
    expect(problem.detail).toBe(text);
    expect(problem.remedy).toBeTruthy();
  });

  test("silence of a majority is another thing than silence of a member", () => {
    const error = new Error("4 DEADLINE_EXCEEDED: Deadline exceeded after 2.002s");
    expect(classify(error, { callTimeoutMs: 1500, needsQuorum: false }).message).toBe(
      "no answer within 1500 ms",
    );
    expect(classify(error, { callTimeoutMs: 1500, needsQuorum: true }).kind).toBe("no-quorum");
  });

  test("what is not known is passed on, without gRPC's number", () => {
    const problem = classify(new Error("13 INTERNAL: the dog ate it"), {
      callTimeoutMs: 1,
      needsQuorum: false,
    });
    expect(problem).toMatchObject({ kind: "unknown", message: "the dog ate it" });
  });
});
