import { DEFAULT_RELEASE } from "../../../lib/cluster/etcd-release";
import { type RuleExamples } from "./example";

export const releaseRuleExamples: RuleExamples = {
  "release-supported": [
    {
      target: "local",
      text: `name: demo
etcd:
  release: 3.3.27`,
      says: `cluster.yaml:3:12 etcd.release: must be 3.4.0 or newer, got "3.3.27"
    the newest pinned release is ${DEFAULT_RELEASE}`,
    },
  ],
  "release-pinned-or-sha256": [
    {
      target: "aws",
      text: `name: demo
etcd:
  release: 3.6.999
aws:
  region: eu-central-1`,
      says: `cluster.yaml:3:12 etcd.release: has no pinned sha256, got "3.6.999"
    add etcd.sha256.arm64 from the release's SHA256SUMS, or take a pinned release (the newest is ${DEFAULT_RELEASE})`,
    },
    {
      target: "aws",
      text: `name: demo
etcd:
  release: 3.6.999
  sha256:
    amd64: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
aws:
  region: eu-central-1`,
      says: `cluster.yaml:3:12 etcd.release: has no pinned sha256, got "3.6.999"
    add etcd.sha256.arm64 from the release's SHA256SUMS, or take a pinned release (the newest is ${DEFAULT_RELEASE})`,
    },
  ],
  "sha256-agrees-with-pinned": [
    {
      target: "aws",
      text: `name: demo
etcd:
  release: 3.6.14
  sha256:
    arm64: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
aws:
  region: eu-central-1`,
      says: `cluster.yaml:5:12 etcd.sha256.arm64: must be fa1b80565ee6fc2df1ae6f57a508b221f3ecc7d591c317c581cd8281b0842b3e for etcd 3.6.14, got "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    remove it: pinned releases need none; for a build of your own, give etcd.downloadBaseUrl as well`,
    },
  ],
  "setting-known-to-release": [
    {
      target: "aws",
      text: `name: demo
etcd:
  release: 3.5.30
  settings:
    maxLearners: 2
aws:
  region: eu-central-1`,
      says: `cluster.yaml:5:18 etcd.settings.maxLearners: is not known to etcd 3.5.30, which would only log a warning and go on without it; known to 3.6.0 and later
    remove it, or take another release`,
    },
    {
      target: "local",
      text: `name: demo
etcd:
  release: 3.4.20
  settings:
    compactHashCheck: true`,
      says: `cluster.yaml:5:23 etcd.settings.compactHashCheck: is not known to etcd 3.4.20, which would only log a warning and go on without it; known to 3.5.5 and later
    remove it, or take another release`,
    },
  ],
};
