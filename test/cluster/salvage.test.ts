import { describe, expect, it } from "vitest";
import { salvage } from "../../lib/cluster/salvage";
import { definitionSchema } from "../../lib/cluster/schema";
import { schemaMistakes } from "../../lib/cluster/schema-mistakes";

const salvaged = (input: unknown) => salvage(input, schemaMistakes);

describe("what is right in a definition", () => {
  it("stays when there is nothing wrong, as a copy", () => {
    const input = { name: "demo", members: [{ name: "a" }] };
    expect(salvaged(input)).toEqual(input);
    expect(salvaged(input)).not.toBe(input);
  });

  it("stays without unknown keys and wrong values that may be left out", () => {
    expect(
      salvaged({
        name: "demo",
        zzz: 1,
        members: "x",
        etcd: { release: 3.6, metricsPort: 2381, settings: { preVote: 1, maxWals: 3 } },
      }),
    ).toEqual({ name: "demo", etcd: { metricsPort: 2381, settings: { maxWals: 3 } } });
  });

  it("stays at its place: something stands in for a wrong member, learner and subnet", () => {
    expect(
      salvaged({
        members: [7, { address: "10.0.0.1" }, { name: "a b" }, { name: "c", address: "x" }],
        learners: [3, "d"],
        aws: {
          region: 1,
          network: {
            subnets: [null, { cidr: "10.1.0.0/24", availabilityZone: "eu-central-1a" }, { cidr: "x" }],
          },
        },
      }),
    ).toEqual({
      name: "unnamed",
      members: [
        { name: "unnamed-0" },
        { name: "unnamed-1", address: "10.0.0.1" },
        { name: "unnamed-2" },
        { name: "c" },
      ],
      learners: ["unnamed-learner-0", "d"],
      aws: {
        region: "us-east-1",
        network: {
          subnets: [
            { cidr: "10.0.0.0/24", availabilityZone: "us-east-1a" },
            { cidr: "10.1.0.0/24", availabilityZone: "eu-central-1a" },
            { cidr: "10.0.2.0/24", availabilityZone: "us-east-1a" },
          ],
        },
      },
    });
  });

  it("stays when several items of a list go", () => {
    expect(
      salvaged({
        name: "demo",
        aws: { region: "eu-central-1", clientAccess: { cidrs: ["x", "10.0.0.0/8", 3, "y", "11.0.0.0/8"] } },
      }),
    ).toEqual({
      name: "demo",
      aws: { region: "eu-central-1", clientAccess: { cidrs: ["10.0.0.0/8", "11.0.0.0/8"] } },
    });
  });

  it("goes with what is around it when a required key is gone", () => {
    const files = { caFile: "/a", certFile: "/b", keyFile: "/c" };
    expect(
      salvaged({
        name: "demo",
        members: 1,
        tls: { client: files, peer: { ...files, keyFile: 3 }, operator: files },
      }),
    ).toEqual({
      name: "demo",
      members: 1,
    });
  });

  it("is undefined when there is nothing to copy or to read", () => {
    expect([undefined, null, 3, "x", { name: () => 1 }].map(salvaged)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is always something that the schema accepts", () => {
    for (const wrong of [null, 3, "x", [], {}, [null], { x: 1 }, Number.NaN]) {
      const input = {
        name: wrong,
        target: wrong,
        members: wrong,
        learners: wrong,
        etcd: wrong,
        tls: wrong,
        local: wrong,
        aws: wrong,
      };
      expect(definitionSchema.safeParse(salvaged(input)).success).toBe(true);
    }
  });
});
