import { Resolver } from "node:dns/promises";
import { ExternalError } from "../../errors";

/** The service records that etcd's clients look up, and what they say of the endpoints. */
const SERVICES = [
  { service: "etcd-client-ssl", scheme: "https" },
  { service: "etcd-client", scheme: "http" },
] as const;

export interface Discovery {
  readonly domain: string;
  /** Tells clusters of one domain apart: `_etcd-client-ssl-NAME._tcp`. @default - none */
  readonly serviceName?: string | undefined;
}

/** A name server that is up answers in a fraction of it; by default Node would wait for a dead one for a minute and more. */
const RESOLVER = { timeout: 2000, tries: 2 } as const;

/** What looks service records up. */
export type ResolveSrv = (
  name: string,
) => Promise<readonly { readonly name: string; readonly port: number }[]>;

/**
 * The endpoints that a domain's service records name, those with TLS first, as etcdctl finds them.
 *
 * @returns URLs, each once; never none
 * @throws {ExternalError} when there are no records, or nobody can be asked for them
 * @see https://etcd.io/docs/v3.5/op-guide/clustering/#dns-discovery
 */
export async function discoverEndpoints(
  { domain, serviceName }: Discovery,
  resolve: ResolveSrv = (name) => new Resolver(RESOLVER).resolveSrv(name),
): Promise<string[]> {
  const suffix = serviceName === undefined ? "" : `-${serviceName}`;
  const queries = SERVICES.map(({ service, scheme }) => ({
    scheme,
    record: `_${service}${suffix}._tcp.${domain}`,
  }));
  const answers = await Promise.allSettled(queries.map(({ record }) => resolve(record)));
  const found = queries.flatMap(({ scheme }, index) => {
    const answer = answers[index];
    return answer?.status === "fulfilled"
      ? answer.value.map(({ name, port }) => `${scheme}://${name.replace(/\.$/, "")}:${port}`)
      : [];
  });
  if (found.length > 0) return [...new Set(found)];
  const [failure] = answers.flatMap((answer) =>
    answer.status === "rejected" && !isAbsence(answer.reason) ? [String(answer.reason)] : [],
  );
  const records = queries.map(({ record }) => record).join(" and ");
  throw failure === undefined
    ? new ExternalError(`no service record ${queries.map(({ record }) => record).join(" nor ")}`, {
        remedy:
          "A private zone answers inside its network only: ask from a machine there, or name the members with --endpoints.",
      })
    : new ExternalError(`cannot look up ${records}: ${failure}`, {
        remedy: "See that this machine has a name server, or name the members with --endpoints.",
      });
}

/** The name server answered, and there is nothing: https://nodejs.org/api/dns.html#error-codes */
function isAbsence(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code === "ENOTFOUND" || code === "ENODATA";
}
