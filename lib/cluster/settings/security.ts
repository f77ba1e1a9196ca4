import { integer, listOf, oneOf, text } from "./kinds";
import { variable, type SettingRows } from "./row";
import { CHANGELOG_3_4, CHANGELOG_3_5, CONFIGURATION, EMBED_CONFIG, SECURITY } from "./sources";

/**
 * Clients speak gRPC, thus HTTP/2, which forbids all other TLS 1.2 suites that Go has
 * (https://www.rfc-editor.org/rfc/rfc9113#appendix-A). TLS 1.3 suites cannot be chosen in Go.
 */
export const CIPHER_SUITES = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
] as const;

const suites = listOf(oneOf(CIPHER_SUITES));

/** A list of suites that a server can start with: Go's HTTP/2 server refuses one without AES-128-GCM, and etcd ends. */
const cipherSuites: typeof suites = {
  ...suites,
  parse: (input) => {
    const parsed = suites.parse(input);
    if (!parsed.ok || parsed.value.some((suite) => suite.endsWith("_AES_128_GCM_SHA256"))) return parsed;
    return {
      ok: false,
      message: `must contain a suite that HTTP/2 demands, got only ${parsed.value.join(", ")}`,
      remedy: "add TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 or TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    };
  },
};

const TLS_VERSIONS = ["TLS1.2", "TLS1.3"] as const;

/** TLS beyond the files, and etcd's own users. */
export interface SecuritySettings {
  /** TLS 1.2 cipher suites of both planes. @default - etcd's own: Go's choice */
  readonly cipherSuites: readonly (typeof CIPHER_SUITES)[number][];
  /** @default - etcd's own: "TLS1.2" */
  readonly tlsMinVersion: (typeof TLS_VERSIONS)[number];
  /** @default - etcd's own: the newest that Go has */
  readonly tlsMaxVersion: (typeof TLS_VERSIONS)[number];
  /** `simple`, or `jwt` with its options. @default - etcd's own: "simple" */
  readonly authToken: string;
  /** Seconds that a simple token lives. @default - etcd's own: 300 */
  readonly authTokenTtlSeconds: number;
  /** Cost of a password hash, 4 to 31; each step doubles it. @default - etcd's own: 10 */
  readonly bcryptCost: number;
  /** Host names that plain-HTTP requests may name. @default - etcd's own: all */
  readonly hostWhitelist: readonly string[];
  /** Origins that browsers may send requests from. @default - etcd's own: all */
  readonly cors: readonly string[];
}

export const SECURITY_SETTINGS: SettingRows<SecuritySettings> = {
  cipherSuites: {
    description: "TLS 1.2 cipher suites of both planes",
    kind: cipherSuites,
    etcdDefault: "Go's choice",
    sources: [SECURITY, EMBED_CONFIG, "https://github.com/golang/net/blob/master/http2/server.go"],
    spellings: [variable("ETCD_CIPHER_SUITES")],
  },
  tlsMinVersion: {
    description: "Oldest TLS version of both planes",
    kind: oneOf(TLS_VERSIONS),
    etcdDefault: "TLS1.2",
    // 3.4: the backport was merged after 3.4.24 and before 3.4.25.
    sources: [CONFIGURATION, CHANGELOG_3_5, "https://github.com/etcd-io/etcd/issues/15437"],
    spellings: [variable("ETCD_TLS_MIN_VERSION", ["3.4.25", "3.5.8"])],
  },
  tlsMaxVersion: {
    description: "Newest TLS version of both planes",
    kind: oneOf(TLS_VERSIONS),
    etcdDefault: "the newest that Go has",
    sources: [CONFIGURATION, CHANGELOG_3_5, "https://github.com/etcd-io/etcd/issues/15437"],
    spellings: [variable("ETCD_TLS_MAX_VERSION", ["3.4.25", "3.5.8"])],
  },
  authToken: {
    description: 'Tokens of etcd\'s own users: "simple", or "jwt,pub-key=…,priv-key=…,sign-method=…,ttl=…"',
    kind: text(
      /^(simple|jwt(,[a-z-]+=[^,\s]+)+)$/,
      '"simple" or "jwt," with its options, e.g. "jwt,pub-key=/etc/etcd/jwt.pub,sign-method=RS256"',
    ),
    etcdDefault: "simple",
    sources: [CONFIGURATION],
    spellings: [variable("ETCD_AUTH_TOKEN")],
  },
  authTokenTtlSeconds: {
    description: "Seconds that a simple token lives",
    kind: integer({ min: 1 }),
    etcdDefault: "300",
    sources: [CONFIGURATION, CHANGELOG_3_4],
    spellings: [variable("ETCD_AUTH_TOKEN_TTL", ["3.4.10", "3.5.0"])],
  },
  bcryptCost: {
    description: "Cost of a password hash; each step doubles it",
    kind: integer({ min: 4, max: 31 }),
    etcdDefault: "10",
    sources: [CONFIGURATION],
    spellings: [variable("ETCD_BCRYPT_COST")],
  },
  hostWhitelist: {
    description: "Host names and addresses that plain-HTTP requests may name",
    kind: listOf(text(/^(\*|[A-Za-z0-9][A-Za-z0-9.-]*)$/, 'a host name, an IPv4 address or "*"')),
    etcdDefault: "*",
    sources: [EMBED_CONFIG],
    spellings: [variable("ETCD_HOST_WHITELIST")],
  },
  cors: {
    description: "Origins that browsers may send requests from",
    kind: listOf(
      text(
        /^(\*|https?:\/\/[A-Za-z0-9.-]+:\d{1,5})$/,
        'an origin with its port like "https://admin.example.com:443", or "*"',
      ),
    ),
    etcdDefault: "*",
    sources: [CONFIGURATION],
    spellings: [variable("ETCD_CORS")],
  },
};
