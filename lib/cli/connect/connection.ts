import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { ClusterOutputs } from "../../cluster/outputs";
import { pkiLayout } from "../../cluster/pki-layout";
import { ExternalError, UsageError } from "../../errors";

/** What a program needs to talk to a cluster. */
export interface Connection {
  readonly clusterName: string;
  /** Client URLs of all members. */
  readonly endpoints: readonly string[];
  /** Absolute paths of PEM files. @default - plain HTTP */
  readonly tls?: {
    readonly caFile: string;
    readonly certFile: string;
    readonly keyFile: string;
  };
  /** Of etcd's own authentication by password; the password itself stands nowhere. @default - the certificate alone says who asks */
  readonly user?: string;
}

/** Where every format takes the password of `user` from: etcdctl's variable. */
export const PASSWORD_VARIABLE = "ETCDCTL_PASSWORD";

export interface ConnectAs {
  /** Whose certificate to present. @default - the operator's */
  readonly clientName?: string | undefined;
  /** Name of a user who logs in by password. @default - none */
  readonly user?: string | undefined;
}

/**
 * @throws {UsageError} for a client of a cluster that has no certificates for one, or a user who is none
 * @throws {ExternalError} when there is no such certificate here
 */
export function connectionTo(outputs: ClusterOutputs, { clientName, user }: ConnectAs = {}): Connection {
  const { name, members, tls } = outputs;
  if (user === "" || user?.includes(":") === true)
    throw new UsageError(
      `--user must be the name of a user alone, got ${user === "" ? '""' : "one with a colon"}`,
      {
        remedy: `What is printed takes the password from ${PASSWORD_VARIABLE}.`,
      },
    );
  const common = {
    clusterName: name,
    endpoints: members.map(({ endpoint }) => endpoint),
    ...(user === undefined ? {} : { user }),
  };
  if (tls === undefined) {
    if (clientName === undefined) return common;
    throw new UsageError(
      `--client ${clientName}: the cluster ${name} speaks plain HTTP, without certificates`,
    );
  }
  const pair = clientName === undefined ? tls : certificateOf(clientName, name, tls.caFile);
  const files = { caFile: tls.caFile, certFile: pair.certFile, keyFile: pair.keyFile };
  const missing = Object.values(files).filter((file) => !existsSync(file));
  if (missing.length > 0)
    throw new ExternalError(`there is no ${missing.join(", nor ")}`, {
      remedy:
        clientName === undefined
          ? "Run this where the cluster was deployed from, or bring its certificates here."
          : `Make it with \`cdktf-etcd pki issue --client ${clientName}\`, where the key of the CA is.`,
    });
  return {
    ...common,
    tls: {
      caFile: resolve(files.caFile),
      certFile: resolve(files.certFile),
      keyFile: resolve(files.keyFile),
    },
  };
}

function certificateOf(
  clientName: string,
  clusterName: string,
  caFile: string,
): { certFile: string; keyFile: string } {
  const layout = pkiLayout(clusterName);
  if (caFile === layout.clientCa.certFile) return layout.client(clientName);
  throw new UsageError(
    `--client ${clientName}: the certificates of the cluster ${clusterName} are not kept by cdktf-etcd`,
    { remedy: "Leave it out, and put the client's own files into what is printed." },
  );
}
