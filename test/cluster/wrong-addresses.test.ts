import { describe, expect, it } from "vitest";
import { mistakesOf } from "./mistakes-of";

describe("addresses and ranges", () => {
  it("are refused when they are IPv6, half an address, have host bits or no prefix", () => {
    expect(
      mistakesOf(`name: demo
members:
  - { name: a, address: "fe80::1" }
  - { name: b, address: 10.0.0.256 }
  - { name: c, address: 10.0.1 }
local: { address: "::1" }
aws:
  region: eu-central-1
  network:
    cidr: "fd00::/8"
    subnets:
      - { cidr: 10.40.0.1/24, availabilityZone: eu-central-1a }
      - { cidr: 10.40.1.0, availabilityZone: eu-central-1b }
      - { cidr: 10.40.2.0/33, availabilityZone: eu-central-1c }
`),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:3:25 members[0].address: must be an IPv4 address like 10.40.0.10, got the IPv6 address "fe80::1"
      cluster.yaml:4:25 members[1].address: must be an IPv4 address like 10.40.0.10, got "10.0.0.256"
      cluster.yaml:5:25 members[2].address: must be an IPv4 address like 10.40.0.10, got "10.0.1"
      cluster.yaml:6:19 local.address: must be an IPv4 address like 10.40.0.10, got the IPv6 address "::1"
      cluster.yaml:10:11 aws.network.cidr: must be an IPv4 range like 10.40.0.0/24, got the IPv6 range "fd00::/8"
      cluster.yaml:12:17 aws.network.subnets[0].cidr: must have no host bits set, got "10.40.0.1/24"
          did you mean "10.40.0.0/24"?
      cluster.yaml:13:17 aws.network.subnets[1].cidr: must have a prefix length, got "10.40.1.0"
          "10.40.1.0/32" is this one address, "10.40.1.0/24" are the 256 around it
      cluster.yaml:14:17 aws.network.subnets[2].cidr: must have a prefix length from 0 to 32, got "10.40.2.0/33"
      "
    `);
  });
});
