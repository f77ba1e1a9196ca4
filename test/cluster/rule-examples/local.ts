import { type RuleExamples } from "./example";

export const localRuleExamples: RuleExamples = {
  "local-address-is-loopback": [
    {
      target: "local",
      text: `name: demo
local: { address: 192.168.1.10 }`,
      says: `cluster.yaml:2:19 local.address: must be a loopback address (127.0.0.0/8), got "192.168.1.10"
    members of the local target are for this machine only`,
    },
  ],
  "local-ports-fit": [
    {
      target: "local",
      text: `name: demo
local: { portStep: 1 }`,
      says: `cluster.yaml:2:8 local: puts etcd-0's peer port and etcd-1's client port both at 2380
    choose clientPort, peerPort, portStep and etcd.metricsPort so that they stay apart`,
    },
    {
      target: "local",
      text: `name: demo
local: { clientPort: 65530 }`,
      says: `cluster.yaml:2:8 local: puts etcd-1's client port at 65540; the highest port is 65535
    choose lower ports or a smaller portStep`,
    },
    {
      target: "local",
      text: `name: demo
etcd: { metricsPort: 2380 }`,
      says: `cluster.yaml:2:22 etcd.metricsPort: puts etcd-0's peer port and etcd-0's metrics port both at 2380
    choose clientPort, peerPort, portStep and etcd.metricsPort so that they stay apart`,
    },
  ],
};
