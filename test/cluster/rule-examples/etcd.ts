import { type RuleExamples } from "./example";

export const etcdRuleExamples: RuleExamples = {
  "election-timeout-at-least-5-heartbeats": [
    {
      target: "local",
      text: `name: demo
etcd:
  settings:
    heartbeatIntervalMs: 300ms
    electionTimeoutMs: 1s`,
      says: `cluster.yaml:5:24 etcd.settings.electionTimeoutMs: leaves an election timeout of 1s for a heartbeat interval of 300ms; it must be at least 5 heartbeats
    set electionTimeoutMs to 1s500ms or more`,
    },
    {
      target: "local",
      text: `name: demo
etcd:
  settings:
    heartbeatIntervalMs: 201`,
      says: `cluster.yaml:4:26 etcd.settings.heartbeatIntervalMs: leaves an election timeout of 1s for a heartbeat interval of 201ms; it must be at least 5 heartbeats
    set electionTimeoutMs to 1s5ms or more`,
    },
  ],
  "tls-files-visible-to-etcd": [
    {
      target: "aws",
      text: `name: demo
tls:
  client: { caFile: /root/ca.crt, certFile: "/tls/{member}.crt", keyFile: "/tmp/{member}.key" }
  peer: { caFile: /tmpfs/ca.crt, certFile: "/tls/{member}.crt", keyFile: "/tls/{member}.key" }
  operator: { caFile: /home/me/ca.crt, certFile: /home/me/me.crt, keyFile: /home/me/me.key }
aws:
  region: eu-central-1`,
      says: `cluster.yaml:3:21 tls.client.caFile: must not be where the unit's sandbox hides files from etcd, got "/root/ca.crt"
    put it below /etc, e.g. /etc/etcd/tls
cluster.yaml:3:75 tls.client.keyFile: must not be where the unit's sandbox hides files from etcd, got "/tmp/{member}.key"
    put it below /etc, e.g. /etc/etcd/tls`,
    },
  ],
  "compaction-retention-fits-mode": [
    {
      target: "local",
      text: `name: demo
etcd:
  settings:
    autoCompactionMode: revision`,
      says: `cluster.yaml:3:3 etcd.settings.autoCompactionRetention: is missing; mode revision needs the number of revisions to keep
    for example autoCompactionRetention: 1000`,
    },
    {
      target: "local",
      text: `name: demo
etcd:
  settings:
    autoCompactionMode: revision
    autoCompactionRetention: 1h`,
      says: `cluster.yaml:5:30 etcd.settings.autoCompactionRetention: must be a number of revisions with mode revision, got the duration 1h
    write 1000, or set autoCompactionMode: periodic`,
    },
    {
      target: "local",
      text: `name: demo
etcd:
  settings:
    autoCompactionRetention: 1000`,
      says: `cluster.yaml:4:30 etcd.settings.autoCompactionRetention: must be a duration with mode periodic, got 1000 revisions
    write "1h", or set autoCompactionMode: revision`,
    },
  ],
  "tls-settings-need-tls": [
    {
      target: "local",
      text: `name: demo
tls: false
etcd:
  settings:
    cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]
    tlsMinVersion: TLS1.2
    tlsMaxVersion: TLS1.3`,
      says: `cluster.yaml:5:19 etcd.settings.cipherSuites: has no effect with tls: false
    remove one of the two
cluster.yaml:6:20 etcd.settings.tlsMinVersion: has no effect with tls: false
    remove one of the two
cluster.yaml:7:20 etcd.settings.tlsMaxVersion: has no effect with tls: false
    remove one of the two`,
    },
  ],
  "tls-versions-fit": [
    {
      target: "local",
      text: `name: demo
etcd:
  settings:
    tlsMinVersion: TLS1.3
    tlsMaxVersion: TLS1.2`,
      says: `cluster.yaml:5:20 etcd.settings.tlsMaxVersion: must not be older than tlsMinVersion "TLS1.3", got "TLS1.2"
    remove it`,
    },
    {
      target: "local",
      text: `name: demo
etcd:
  settings:
    tlsMinVersion: TLS1.3
    cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]`,
      says: `cluster.yaml:5:19 etcd.settings.cipherSuites: must be left out with tlsMinVersion "TLS1.3": etcd does not start with both, for the suites of TLS 1.3 cannot be chosen
    remove it, or set tlsMinVersion: TLS1.2`,
    },
  ],
  "lease-checkpoint-persist-needs-checkpoint": [
    {
      target: "local",
      text: `name: demo
etcd:
  settings:
    leaseCheckpointPersist: true`,
      says: `cluster.yaml:4:29 etcd.settings.leaseCheckpointPersist: needs leaseCheckpoint; etcd does not start without it
    add leaseCheckpoint: true, or remove it`,
    },
  ],
  "metrics-port-free": [
    {
      target: "aws",
      text: `name: demo
etcd:
  metricsPort: 2379
aws:
  region: eu-central-1`,
      says: `cluster.yaml:3:16 etcd.metricsPort: must not be the client port of the target aws, got 2379
    2381 is usual`,
    },
    {
      target: "aws",
      text: `name: demo
etcd:
  metricsPort: 2380
aws:
  region: eu-central-1`,
      says: `cluster.yaml:3:16 etcd.metricsPort: must not be the peer port of the target aws, got 2380
    2381 is usual`,
    },
  ],
};
