import { addressOf } from "../../../client";
import { PASSWORD_VARIABLE, type Connection } from "../connection";

/**
 * There is no client for Python from etcd's own makers. PyPI's `etcd3` (last release 2020) cannot be imported beside any protobuf since
 * 4.21 (https://github.com/kragniz/python-etcd3/issues/2709). `etcd-sdk-python` is the fork of it that is kept up
 * (https://github.com/XuanYang-cn/pyetcd), most downloaded of those that speak gRPC and install today; Debian and Ubuntu mend the first
 * in `python3-etcd3`. Both have the same function `client`. The gateway's clients (`etcd3gw`) cannot log in by certificate:
 * https://etcd.io/docs/v3.5/op-guide/authentication/rbac/#using-tls-common-name.
 *
 * A client of theirs has one endpoint, so what is written here chooses it.
 */
export function python({ endpoints, tls, user }: Connection): string {
  const rows = endpoints.map((endpoint) => {
    const { host, port } = addressOf(endpoint);
    return `    (${quoted(host.includes(":") ? `[${host}]` : host)}, ${port}),`;
  });
  const options = [
    ...(tls === undefined
      ? []
      : [
          `ca_cert=${quoted(tls.caFile)}`,
          `cert_cert=${quoted(tls.certFile)}`,
          `cert_key=${quoted(tls.keyFile)}`,
        ]),
    ...(user === undefined
      ? []
      : [`user=${quoted(user)}`, `password=os.environ[${quoted(PASSWORD_VARIABLE)}]`]),
    "timeout=5",
  ];
  return `${user === undefined ? "" : "import os\n"}import random

import grpc

try:
    import pyetcd as etcd3  # pip install etcd-sdk-python
except ImportError:
    import etcd3  # apt install python3-etcd3

ENDPOINTS = [
${rows.join("\n")}
]


def connect():
    """A client of a member that answers. Its calls take 5 s at most; when one
    raises etcd3.Etcd3Exception, connect again, and another member is found."""
    problem = None
    for host, port in random.sample(ENDPOINTS, len(ENDPOINTS)):
        try:
            etcd = etcd3.client(
                host=host,
                port=port,
${tls === undefined ? "" : SERVER_NAME}${options.map((option) => `                ${option},`).join("\n")}
            )
            # Whatever the key: only a member that has a quorum answers.
            etcd.get("health")
            return etcd
        except etcd3.Etcd3Exception as error:
            problem = error
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.PERMISSION_DENIED:
                return etcd
            problem = error
    raise problem`;
}

const SERVER_NAME = `                # The server name is the host; another one:
                # grpc_options=[("grpc.ssl_target_name_override", NAME)]
`;

/** Every escape of JSON is one of Python's: https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences */
const quoted = (text: string): string => JSON.stringify(text);
