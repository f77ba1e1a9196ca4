import { UsageError } from "../errors";
import type { Address, Target } from "./target";

/**
 * Brings every endpoint into the one form that the gRPC client takes: `http://` or `https://`, host, port, no slash
 * at the end (which it fails on with `Failed to parse DNS address`).
 *
 * @throws UsageError naming every endpoint that is none, and every one that is given twice
 */
export function targetsOf(cluster: {
  readonly endpoints?: readonly string[] | undefined;
  readonly expectation?: { readonly members: readonly { name: string; endpoint: string }[] } | undefined;
  readonly connectTo?: ((endpoint: string) => Address | undefined) | undefined;
}): Target[] {
  if ((cluster.endpoints === undefined) === (cluster.expectation === undefined)) {
    throw new UsageError("either endpoints or an expectation is needed, and not both", {
      remedy: "Pass `endpoints` to ask any etcd, or `expectation` to compare a cluster with its definition.",
    });
  }
  const asked: { label: string | undefined; text: string }[] =
    cluster.expectation?.members.map((member) => ({ label: member.name, text: member.endpoint })) ??
    (cluster.endpoints ?? []).map((text) => ({ label: undefined, text }));
  if (asked.length === 0) {
    throw new UsageError("no endpoint to ask", { remedy: "Give at least one, e.g. http://127.0.0.1:2379." });
  }

  const mistakes: string[] = [];
  const targets: Target[] = [];
  for (const { label, text } of asked) {
    const endpoint = parseEndpoint(text);
    if (endpoint === undefined) {
      mistakes.push(`${JSON.stringify(text)} is not an endpoint`);
    } else if (targets.some((target) => target.endpoint === endpoint)) {
      mistakes.push(`${endpoint} is given twice`);
    } else {
      const own = addressOf(endpoint);
      const address = cluster.connectTo?.(endpoint) ?? own;
      targets.push({ label: label ?? endpoint, endpoint, address, serverName: own.host });
    }
  }
  if (mistakes.length > 0) {
    throw new UsageError(mistakes.join("; "), {
      remedy:
        "An endpoint is http://HOST:PORT or https://HOST:PORT, without a path; etcd's client port is 2379.",
    });
  }
  return targets;
}

function parseEndpoint(text: string): string | undefined {
  const match = /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+):0*(\d{1,5})\/?$/i.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const [, scheme = "http", host = "", port = ""] = match;
  const inRange = Number(port) >= 1 && Number(port) <= 65535;
  const endpoint = `${scheme}://${host}:${Number(port)}`.toLowerCase();
  // What looks like an address and is none (`256.1.1.1`, `[::::]`) only a URL's parser refuses.
  return inRange && URL.canParse(endpoint) ? endpoint : undefined;
}

/** Host and port of a client or peer URL. */
export function addressOf(endpoint: string): Address {
  const { hostname, port, protocol } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, "");
  // URL drops a port that is the default of its scheme.
  return { host, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) };
}
