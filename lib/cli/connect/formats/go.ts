import { PASSWORD_VARIABLE, type Connection } from "../connection";

/**
 * For etcd's own client. Its calls and dials wait for ever unless told otherwise, and without pings it stays with a member that is
 * frozen: https://github.com/etcd-io/etcd/blob/v3.5.16/client/v3/config.go. Pings more often than every 5 s are refused
 * (--grpc-keepalive-min-time).
 */
export function go(connection: Connection): string {
  const { endpoints, tls, user } = connection;
  const imports = [
    ...(tls === undefined ? [] : ["crypto/tls", "crypto/x509", "errors"]),
    ...(tls === undefined && user === undefined ? [] : ["os"]),
    "time",
  ];
  return `package main

import (
${imports.map((path) => `\t"${path}"`).join("\n")}

	clientv3 "go.etcd.io/etcd/client/v3"
)

// connect returns a client of all members, for as long as the program runs.
// Its calls take as long as their context lets them:
//
//	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
//	defer cancel()
//	reply, err := etcd.Get(ctx, "greeting")
func connect() (*clientv3.Client, error) {
${tls === undefined ? "" : trust(tls)}	return clientv3.New(clientv3.Config{
		Endpoints: []string{
${endpoints.map((endpoint) => `\t\t\t${quoted(endpoint)},`).join("\n")}
		},
${tls === undefined ? "" : SERVER_NAME}${fields(connection)}	})
}`;
}

const SERVER_NAME =
  "\t\t// The server name is each endpoint's own host; another one: ServerName in tls.Config.\n";

function trust({ caFile, certFile, keyFile }: NonNullable<Connection["tls"]>): string {
  return `	ca, err := os.ReadFile(${quoted(caFile)})
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		return nil, errors.New("no certificate in " + ${quoted(caFile)})
	}
	// Read for every connection, so that a renewed one is used without a restart.
	certificate := func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(
			${quoted(certFile)},
			${quoted(keyFile)},
		)
		return &pair, err
	}
`;
}

/** What gofmt puts side by side stands in lines next to each other, with the values in one column. */
function fields({ tls, user }: Connection): string {
  const rows = [
    ...(tls === undefined
      ? []
      : [["TLS", "&tls.Config{RootCAs: roots, GetClientCertificate: certificate}"] as const]),
    ...(user === undefined
      ? []
      : ([
          ["Username", quoted(user)],
          ["Password", `os.Getenv("${PASSWORD_VARIABLE}")`],
        ] as const)),
    ["DialTimeout", "5 * time.Second"] as const,
  ];
  const pings = [
    ["DialKeepAliveTime", "6 * time.Second"],
    ["DialKeepAliveTimeout", "2 * time.Second"],
  ] as const;
  return `${aligned(rows)}\t\t// A member that does not answer pings is left for another one.\n${aligned(pings)}`;
}

function aligned(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, value]) => `\t\t${`${name}:`.padEnd(width)}${value},\n`).join("");
}

/** Every escape of JSON is one of Go's: https://go.dev/ref/spec#String_literals. Go refuses a byte order mark inside a file. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll("\ufeff", "\\ufeff");
