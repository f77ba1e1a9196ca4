import type { Command } from "commander";

export const CLUSTER_OPTION = [
  "-c, --cluster <file>",
  "cluster definition (default: $CLUSTER, else cluster.yaml)",
] as const;
export const TARGET_OPTION = [
  "-t, --target <target>",
  "aws or local (default: $TARGET, else the definition's)",
] as const;

/** Where a command that asks endpoints takes them from. */
export const WHOM_HELP = `
Whom it asks, the first that is there:
  1. --endpoints, --discovery-srv
  2. the cluster of --cluster, --target or --from, or of $CLUSTER or $TARGET
  3. ETCDCTL_DISCOVERY_SRV, ETCDCTL_ENDPOINTS
  4. the deployed cluster of cluster.yaml
With endpoints of 1 and 3 also ETCDCTL_CACERT, _CERT, _KEY and _USER count; ETCDCTL_COMMAND_TIMEOUT and,
for --user, ETCDCTL_PASSWORD always do. Options go before variables.
`;

/** The options of every command that asks endpoints: `AskingOptions`. */
export function withAskingOptions(command: Command): Command {
  return command
    .option(...CLUSTER_OPTION)
    .option(...TARGET_OPTION)
    .option("--from <source>", "deployed, or definition: its members' addresses, whether deployed or not")
    .option("--via <way>", "ssm: through AWS Session Manager, for members in a private network")
    .option("-e, --endpoints <urls>", "ask these client URLs, separated by commas, and no definition")
    .option("-d, --discovery-srv <domain>", "ask the endpoints that the domain's service records name")
    .option("--discovery-srv-name <name>", "suffix of the service, where a domain has several clusters")
    .option("--cacert <file>", "PEM of the CA that signed the members' certificates")
    .option("--cert <file>", "PEM client certificate")
    .option("--key <file>", "PEM client key")
    .option("--user <name>", "NAME or NAME:PASSWORD; the password better in ETCDCTL_PASSWORD")
    .option("--call-timeout <duration>", "longest time for one call (default: 2s)");
}
