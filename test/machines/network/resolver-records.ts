import type { AwsHostedZone, AwsState } from "../../aws/support/aws-state";

/** One answer of a private hosted zone; names are without the dot at their end. */
export type ResolverRecord =
  | { readonly type: "A"; readonly name: string; readonly address: string; readonly ttlSeconds: number }
  | {
      readonly type: "SRV";
      readonly name: string;
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    };

/**
 * What the private hosted zones of a VPC say.
 * @throws Error for a record of a type that the stack does not make
 */
export function resolverRecords({ hostedZones }: AwsState, vpcId: string): ResolverRecord[] {
  return hostedZones
    .filter(({ isPrivate, vpcIds }) => isPrivate && vpcIds.includes(vpcId))
    .flatMap(({ records }) => records.flatMap(recordsOf))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

function recordsOf({ name, type, ttlSeconds, values }: AwsHostedZone["records"][number]): ResolverRecord[] {
  switch (type) {
    case "A":
      return values.map((address) => ({
        type,
        name: withoutDot(name),
        address,
        ttlSeconds: ttlSeconds ?? 0,
      }));
    case "SRV":
      return values.map((value) => {
        const [priority, weight, port, target = ""] = value.split(" ");
        return {
          type,
          name: withoutDot(name),
          priority: Number(priority),
          weight: Number(weight),
          port: Number(port),
          target: withoutDot(target),
        };
      });
    default:
      throw new Error(
        `the resolver of the lab cannot serve ${name} ${type}: add the type to resolver-records.ts`,
      );
  }
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, "");
}
