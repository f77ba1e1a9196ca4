import type { Accusation, Fault, Made } from "../fault";
import type { Ground } from "../ground";

/** One member, or two, are started with other client URLs. */
async function advertising(
  ground: Ground,
  flags: (name: string, scheme: string) => readonly string[],
  says: readonly Accusation[],
): Promise<Made> {
  const scheme = ground.isTls ? "https" : "http";
  const other = await ground.another({ flagsOf: { flags: (name) => flags(name, scheme) } });
  return {
    ask: { expectation: other.expectation, tls: other.tls },
    says,
    undo: () => other.stop(),
  };
}

const otherScheme = (scheme: string): string => (scheme === "https" ? "http" : "https");

export const advertisedUrlFaults: readonly Fault[] = [
  {
    title: "a member sends clients to where there is TLS if it has none, or none if it has",
    make: (ground) =>
      advertising(
        ground,
        (name, scheme) =>
          name === "etcd-2" ? [`--advertise-client-urls=${otherScheme(scheme)}://127.0.0.1:2379`] : [],
        [{ check: "advertised-urls", member: "etcd-2", reason: /^etcd-2 answers at .* but advertises / }],
      ),
  },
  {
    title: "two members send clients to the same address",
    make: (ground) =>
      advertising(
        ground,
        (name, scheme) => (name === "etcd-1" ? [] : [`--advertise-client-urls=${scheme}://127.0.0.1:2379`]),
        [
          {
            check: "advertised-urls",
            member: null,
            reason: /^etcd-[23] and etcd-[23] have the same client URL https?:\/\/127\.0\.0\.1:2379$/,
          },
        ],
      ),
  },
  {
    // With TLS, the certificates would have to have these addresses.
    title: "members on other machines send clients to the clients' own machine",
    transport: "plain text",
    make: (ground) => {
      const { expectation } = ground;
      const remote = ({ name }: { name: string }): string => `http://10.0.0.${name.slice(-1)}:2379`;
      const real = new Map(
        expectation.members.map((member) => [remote(member), Number(new URL(member.endpoint).port)]),
      );
      return Promise.resolve({
        ask: {
          expectation: {
            ...expectation,
            members: expectation.members.map((member) => ({ ...member, endpoint: remote(member) })),
          },
          // As through a tunnel.
          connectTo: (endpoint) => ({ host: "127.0.0.1", port: real.get(endpoint) ?? 0 }),
        },
        says: expectation.members.map(({ name }) => ({
          check: "advertised-urls",
          member: name,
          reason: /advertises the client URL http:\/\/127\.0\.0\.1:\d+, which leads to the own machine/,
        })),
        maySay: [{ check: "client-access", outcome: "warned", reason: /^plain text: / }],
      });
    },
  },
  {
    title: "clients go to members on other machines in plain text",
    transport: "plain text",
    make: (ground) => {
      const { expectation } = ground;
      const port = (endpoint: string): string => new URL(endpoint).port;
      return Promise.resolve({
        ask: {
          expectation: {
            ...expectation,
            members: expectation.members.map((member) => ({
              ...member,
              endpoint: `http://10.0.0.1:${port(member.endpoint)}`,
            })),
          },
          connectTo: (endpoint) => ({ host: "127.0.0.1", port: Number(port(endpoint)) }),
        },
        says: expectation.members.map(({ name }) => ({
          check: "client-access",
          outcome: "warned",
          member: name,
          reason: /^plain text: /,
        })),
        maySay: [{ check: "advertised-urls", reason: /advertises the client URL http:\/\/127/ }],
        verdict: "unhealthy",
      });
    },
  },
];
