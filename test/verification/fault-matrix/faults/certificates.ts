import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  RSA_1024,
  TestAuthority,
  type CertificateFiles,
  type IssueOptions,
} from "../../../support/certificates";
import type { ProblemKind, TlsOptions } from "../../../../lib/verification";
import { foreignCertificate } from "../../../../lib/verification/questions/foreign-certificate";
import type { Accusation, Fault, Made } from "../fault";
import type { Ground } from "../ground";

const DAY_MS = 24 * 60 * 60 * 1000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

/** One member shows another certificate to its clients. */
async function serverCertificate(
  ground: Ground,
  issued: CertificateFiles,
  accusation: Omit<Accusation, "member">,
): Promise<Made> {
  const [member] = await ground.followers();
  const undo = await ground.exchangeCertificate(member, "client", issued);
  return { says: [{ ...accusation, member: member.name }], undo };
}

const ofOurCa = (ground: Ground, name: string, options: IssueOptions): Promise<CertificateFiles> =>
  ground.secrets.clientAuthority.issue(name, options);

async function foreignAuthority(ground: Ground): Promise<TestAuthority> {
  return TestAuthority.create(await ground.freshFolder(), "foreign CA");
}

async function askWith(
  { certFile, keyFile }: CertificateFiles,
  own: TlsOptions | undefined,
): Promise<TlsOptions> {
  return { ...own, cert: await readFile(certFile), key: await readFile(keyFile) };
}

/** The client's own certificate is wrong, so all members say the same. */
const everyMember = ({ cluster }: Ground, reason: RegExp, kind: ProblemKind): Accusation[] =>
  cluster.members.map(({ name }) => ({ check: "member-answers", member: name, reason, kind }));

export const certificateFaults: readonly Fault[] = [
  {
    title: "a member's certificate has expired",
    transport: "mTLS",
    make: async (ground) =>
      serverCertificate(
        ground,
        await ofOurCa(ground, "expired", { notBefore: inDays(-10), notAfter: inDays(-2) }),
        {
          check: "member-answers",
          reason: /certificate (?:has )?expired/,
          kind: "server-certificate-expired",
        },
      ),
  },
  {
    title: "a member's certificate is not yet valid",
    transport: "mTLS",
    make: async (ground) =>
      serverCertificate(
        ground,
        await ofOurCa(ground, "early", { notBefore: inDays(2), notAfter: inDays(60) }),
        {
          check: "member-answers",
          reason: /not (?:yet )?valid/,
          kind: "server-certificate-not-yet-valid",
        },
      ),
  },
  {
    title: "a member's certificate is of another CA",
    transport: "mTLS",
    make: async (ground) =>
      serverCertificate(ground, await (await foreignAuthority(ground)).issue("server"), {
        check: "member-answers",
        reason: /foreign CA/,
        kind: "server-certificate-unknown-ca",
      }),
  },
  {
    title: "a member's certificate has the names of another host",
    transport: "mTLS",
    make: async (ground) =>
      serverCertificate(
        ground,
        await ofOurCa(ground, "elsewhere", { names: ["DNS:etcd.example.com", "IP:10.0.0.1"] }),
        {
          check: "member-answers",
          reason: /etcd\.example\.com/,
          kind: "server-certificate-wrong-name",
        },
      ),
  },
  {
    title: "a member's certificate has a weak key",
    transport: "mTLS",
    make: async (ground) =>
      serverCertificate(ground, await ofOurCa(ground, "weak", { key: RSA_1024 }), {
        check: "client-certificate",
        reason: /RSA.*1024/,
      }),
  },
  {
    title: "a member's certificate expires in a week",
    transport: "mTLS",
    make: async (ground) =>
      serverCertificate(
        ground,
        await ofOurCa(ground, "soon", { notBefore: inDays(-60), notAfter: inDays(7.5) }),
        {
          check: "client-certificate",
          outcome: "warned",
          reason: /\b7 days\b/,
        },
      ),
  },
  {
    title: "a member's certificate for its peers expires in a week",
    transport: "mTLS",
    make: async (ground) => {
      const [member] = await ground.followers();
      const issued = await ground.secrets.peerAuthority.issue("soon-peer", {
        notBefore: inDays(-60),
        notAfter: inDays(7.5),
      });
      const undo = await ground.exchangeCertificate(member, "peer", issued);
      return {
        says: [{ check: "peer-certificate", outcome: "warned", member: member.name, reason: /\b7 days\b/ }],
        undo,
      };
    },
  },
  {
    title: "a member has the peer certificate of another cluster",
    transport: "mTLS",
    make: async (ground) => {
      const [member] = await ground.followers();
      const issued = await (await foreignAuthority(ground)).issue("foreign-peer");
      const restore = await ground.exchangeCertificate(member, "peer", issued);
      await member.kill();
      member.start();
      await ground.listening(member);
      return {
        says: [
          { check: "member-answers", member: member.name, reason: /peer/, kind: "foreign-peer-certificate" },
        ],
        maySay: [{ check: "peer-certificate", member: member.name, reason: /foreign CA/ }],
        undo: async () => {
          await restore();
          await member.kill();
        },
      };
    },
  },
  {
    title: "no client certificate is given",
    transport: "mTLS",
    make: (ground) =>
      Promise.resolve({
        ask: { tls: { ca: ground.tls?.ca } },
        says: everyMember(ground, /client certificate/, "client-certificate-missing"),
      }),
  },
  {
    title: "the client certificate given is of another CA",
    transport: "mTLS",
    make: async (ground) => ({
      ask: { tls: await askWith(await (await foreignAuthority(ground)).issue("stranger"), ground.tls) },
      says: everyMember(ground, /CA/, "client-certificate-unknown-ca"),
    }),
  },
  {
    title: "the client certificate given has expired",
    transport: "mTLS",
    make: async (ground) => {
      const old = await ofOurCa(ground, "old-operator", { notBefore: inDays(-10), notAfter: inDays(-2) });
      return {
        ask: { tls: await askWith(old, ground.tls) },
        says: everyMember(ground, /expired/, "client-certificate-expired"),
      };
    },
  },
  {
    title: "the CA given is not the one of the members",
    transport: "mTLS",
    make: async (ground) => {
      const foreign = await foreignAuthority(ground);
      return {
        ask: { tls: { ...ground.tls, ca: await readFile(foreign.caFile) } },
        says: everyMember(ground, /client CA/, "server-certificate-unknown-ca"),
      };
    },
  },
  {
    title: "asked in the clear, but the members speak TLS",
    transport: "mTLS",
    make: (ground) =>
      Promise.resolve({
        ask: { expectation: inScheme(ground, "http:") },
        says: everyMember(ground, /TLS/, "speaks-tls"),
      }),
  },
  {
    title: "asked over TLS, but the members speak plain text",
    transport: "plain text",
    make: async (ground) => ({
      ask: {
        expectation: inScheme(ground, "https:"),
        tls: { ca: await readFile((await foreignAuthority(ground)).caFile) },
      },
      says: everyMember(ground, /no TLS|does not speak TLS/, "speaks-plain-text"),
    }),
  },
  {
    title: "anybody may connect as a client",
    transport: "mTLS",
    make: async (ground) => {
      const open = await ground.another({ tls: { clientCertAuth: false } });
      return {
        ask: { expectation: open.expectation, tls: open.tls },
        says: open.members.map(({ name }) => ({
          check: "client-access",
          outcome: "warned",
          member: name,
          reason: /certificate/,
        })),
        undo: () => open.stop(),
      };
    },
  },
  {
    title: "anybody may connect as a peer",
    transport: "mTLS",
    make: async (ground) => {
      // Members without a CA for their peers take the system's, which is what lets them find each other here.
      const peerAuthority = await TestAuthority.create(await ground.freshFolder(), "public CA");
      const open = await ground.another({
        tls: { peerCertAuth: false, peerAuthority },
        flagsOf: { environment: { SSL_CERT_FILE: peerAuthority.caFile } },
      });
      return {
        ask: { expectation: open.expectation, tls: open.tls },
        says: open.members.map(({ name }) => ({
          check: "peer-access",
          member: name,
          reason: / takes peers without a certificate: /,
        })),
        undo: () => open.stop(),
      };
    },
  },
  {
    title: "an application may connect as a peer",
    transport: "mTLS",
    make: async (ground) => {
      const folder = await ground.freshFolder();
      const peerAuthority = await TestAuthority.create(folder, "peer CA");
      const both = await bundle(folder, [ground.secrets.clientAuthority, peerAuthority]);
      const open = await ground.another({
        tls: { clientAuthority: ground.secrets.clientAuthority, peerAuthority },
        // The last one counts.
        flags: [`--peer-trusted-ca-file=${both}`],
      });
      return {
        ask: { expectation: open.expectation, tls: open.tls },
        says: open.members.map(({ name }) => ({
          check: "peer-access",
          member: name,
          reason: / takes peers with the certificate of a client: /,
        })),
        undo: () => open.stop(),
      };
    },
  },
  {
    title: "a stranger's certificate is trusted for peers",
    transport: "mTLS",
    make: async (ground) => {
      const folder = await ground.freshFolder();
      const peerAuthority = await TestAuthority.create(folder, "peer CA");
      const stranger = join(folder, "stranger.crt");
      await writeFile(stranger, foreignCertificate.cert);
      const both = await bundle(folder, [peerAuthority, { caFile: stranger }]);
      const open = await ground.another({
        tls: { peerAuthority },
        flags: [`--peer-trusted-ca-file=${both}`],
      });
      return {
        ask: { expectation: open.expectation, tls: open.tls },
        says: open.members.map(({ name }) => ({
          check: "peer-access",
          member: name,
          reason: / takes peers with a certificate that no CA has signed: /,
        })),
        undo: () => open.stop(),
      };
    },
  },
];

async function bundle(
  folder: string,
  authorities: readonly Pick<TestAuthority, "caFile">[],
): Promise<string> {
  const file = join(folder, "bundle.crt");
  const texts = await Promise.all(authorities.map(({ caFile }) => readFile(caFile, "utf8")));
  await writeFile(file, texts.join(""));
  return file;
}

function inScheme({ expectation }: Ground, scheme: string): Ground["expectation"] {
  const members = expectation.members.map((member) => ({
    ...member,
    endpoint: member.endpoint.replace(/^https?:/, scheme),
  }));
  return { ...expectation, members };
}
