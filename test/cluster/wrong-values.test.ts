import { describe, expect, it } from "vitest";
import { mistakesOf } from "./mistakes-of";

describe("values of the wrong kind", () => {
  it("are refused with what is allowed", () => {
    expect(
      mistakesOf(`name: 3
target: azure
members: three
learners: x
etcd: []
tls: true
local: 3
aws: x
`),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:1:7 name: must be lower-case letters, digits and hyphens, at most 32 characters, beginning with a letter and not ending with a hyphen, got 3
      cluster.yaml:2:9 target: must be "aws" or "local", got "azure"
      cluster.yaml:3:10 members: must be 1, 3, 5 or 7, or a list of members, got "three"
      cluster.yaml:4:11 learners: must be a list, got "x"
      cluster.yaml:5:7 etcd: must be a mapping (key: value), got a list of 0
      cluster.yaml:6:6 tls: must be a mapping (key: value), got true
      cluster.yaml:7:8 local: must be a mapping (key: value), got 3
      cluster.yaml:8:6 aws: must be a mapping (key: value), got "x"
      "
    `);
  });

  it("are refused inside too", () => {
    expect(
      mistakesOf(`name: true
members: [7, { name: 1 }, x]
learners: [1]
etcd:
  release: 3.6
  sha256: { amd64: ABC }
  downloadBaseUrl: ftp://mirror
  initialClusterToken: a b
  metricsPort: "2381"
  settings: { electionTimeoutMs: [], preVote: 1, quotaBackendBytes: 2GB }
local: { address: localhost, clientPort: 0, portStep: 1.5, etcdPath: bin/etcd }
aws:
  region: Frankfurt
  instanceType: large
  memory: true
  architecture: x86
  amiId: 1
  network: { vpcId: 1, cidr: 1, subnets: {} }
  clientAccess: { cidrs: [0.0.0.0/0], securityGroupIds: [x] }
  dataVolume: { size: lots, iops: 100, throughputMiBps: 2000, kmsKeyId: alias/mine, preventDestroy: "yes" }
  tags: { a: 1, "": x, aws:x: y, Name: z }
`),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:1:7 name: must be lower-case letters, digits and hyphens, at most 32 characters, beginning with a letter and not ending with a hyphen, got true
          write it in quotes: "true"
      cluster.yaml:2:11 members[0]: must be a mapping (key: value), got 7
      cluster.yaml:2:22 members[1].name: must be letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit, got 1
          write it in quotes: "1"
      cluster.yaml:2:27 members[2]: must be a mapping (key: value), got "x"
      cluster.yaml:3:12 learners[0]: must be letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit, got 1
          write it in quotes: "1"
      cluster.yaml:5:12 etcd.release: must be a release like "3.6.14", got 3.6
          write all three numbers, without a v
      cluster.yaml:6:20 etcd.sha256.amd64: must be 64 lower-case hexadecimal digits, got "ABC"
          copy it from the release's SHA256SUMS file
      cluster.yaml:7:20 etcd.downloadBaseUrl: must be an http or https URL, got "ftp://mirror"
      cluster.yaml:8:24 etcd.initialClusterToken: must be letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit, got "a b"
      cluster.yaml:9:16 etcd.metricsPort: must be a whole number, from 1 to 65535, got "2381"
      cluster.yaml:10:34 etcd.settings.electionTimeoutMs: must be a duration like "100ms", "5m" or "1h30m", got a list of 0
      cluster.yaml:10:47 etcd.settings.preVote: must be true or false, got 1
      cluster.yaml:10:69 etcd.settings.quotaBackendBytes: must be a size like "8GiB" or a whole number of bytes, got "2GB"
          write "2GiB": only binary units are read, so that nobody has to guess
      cluster.yaml:11:19 local.address: must be an IPv4 address like 10.40.0.10, got "localhost"
      cluster.yaml:11:42 local.clientPort: must be a whole number, from 1 to 65535, got 0
      cluster.yaml:11:55 local.portStep: must be a whole number, from 1 to 10000, got 1.5
      cluster.yaml:11:70 local.etcdPath: must be an absolute path, got "bin/etcd"
          write it from the root, e.g. /usr/local/bin/etcd
      cluster.yaml:13:11 aws.region: must be an AWS region like "eu-central-1", got "Frankfurt"
      cluster.yaml:14:17 aws.instanceType: must be an EC2 instance type like "m7g.large", got "large"
      cluster.yaml:15:11 aws.memory: must be a size like "8GiB" or a whole number of bytes, got true
      cluster.yaml:16:17 aws.architecture: must be "amd64" or "arm64", got "x86"
      cluster.yaml:17:10 aws.amiId: must be an AMI id like "ami-0123456789abcdef0", got 1
      cluster.yaml:18:21 aws.network.vpcId: must be a VPC id like "vpc-0123456789abcdef0", got 1
      cluster.yaml:18:30 aws.network.cidr: must be an IPv4 range like 10.40.0.0/24, got 1
      cluster.yaml:18:42 aws.network.subnets: must be a list, got a mapping
      cluster.yaml:19:27 aws.clientAccess.cidrs[0]: opens the client port to every address there is, got "0.0.0.0/0"
          name the ranges that clients come from
      cluster.yaml:19:58 aws.clientAccess.securityGroupIds[0]: must be a security group id like "sg-0123456789abcdef0", got "x"
      cluster.yaml:20:23 aws.dataVolume.size: must be a size like "8GiB" or a whole number of bytes, got "lots"
          units are B, KiB, MiB, GiB and TiB
      cluster.yaml:20:35 aws.dataVolume.iops: must be a whole number, from 3000 to 16000, got 100
      cluster.yaml:20:57 aws.dataVolume.throughputMiBps: must be a whole number, from 125 to 1000, got 2000
      cluster.yaml:20:73 aws.dataVolume.kmsKeyId: must be the ARN of a KMS key, got "alias/mine"
          like arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab; EBS answers with the key's ARN, and Terraform would replace a volume that was given an alias
      cluster.yaml:20:101 aws.dataVolume.preventDestroy: must be true or false, got "yes"
      cluster.yaml:21:14 aws.tags.a: must be text, got 1
          write it in quotes: "1"
      cluster.yaml:21:21 aws.tags[""]: must have a key of 1 to 128 characters, got ""
      cluster.yaml:21:31 aws.tags["aws:x"]: must not be set, got "y"
          the key is reserved: take another one
      cluster.yaml:21:40 aws.tags.Name: must be left to this package, got "z"
          take another key
      "
    `);
  });

  it("are refused when a key has no value", () => {
    expect(mistakesOf("name:\ntarget:\nmembers:\nlearners:\netcd: { release: }\ntls:\nlocal: ~\naws: null\n"))
      .toMatchInlineSnapshot(`
        "
        cluster.yaml:1:1 name: must be lower-case letters, digits and hyphens, at most 32 characters, beginning with a letter and not ending with a hyphen, got nothing (the key has no value)
            give it a value, or remove the key
        cluster.yaml:2:1 target: must be "aws" or "local", got nothing (the key has no value)
            give it a value, or remove the key
        cluster.yaml:3:1 members: must be 1, 3, 5 or 7, or a list of members, got nothing (the key has no value)
            give it a value, or remove the key
        cluster.yaml:4:1 learners: must be a list, got nothing (the key has no value)
            give it a value, or remove the key
        cluster.yaml:5:9 etcd.release: must be a release like "3.6.14", got nothing (the key has no value)
            give it a value, or remove the key
        cluster.yaml:6:1 tls: must be a mapping (key: value), got nothing (the key has no value)
            give it a value, or remove the key
        cluster.yaml:7:8 local: must be a mapping (key: value), got nothing (the key has no value)
            give it a value, or remove the key
        cluster.yaml:8:6 aws: must be a mapping (key: value), got nothing (the key has no value)
            give it a value, or remove the key
        "
      `);
    expect(
      mistakesOf("name: demo\nmembers:\n  -\n  - name:\netcd:\n  settings:\n    preVote:\naws:\n  region:\n"),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:3:3 members: must be 1, 3, 5 or 7 members, got 2
          2 members survive as many failures as 1 do (0), and one more has to agree to each write: take 1 or 3
      cluster.yaml:3:4 members[0]: must be a mapping (key: value), got nothing (the key has no value)
          give it a value, or remove the key
      cluster.yaml:4:5 members[1].name: must be letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit, got nothing (the key has no value)
          give it a value, or remove the key
      cluster.yaml:7:5 etcd.settings.preVote: must be true or false, got nothing (the key has no value)
          give it a value, or remove the key
      cluster.yaml:9:3 aws.region: must be an AWS region like "eu-central-1", got nothing (the key has no value)
          give it a value, or remove the key
      "
    `);
  });

  it("are refused when they are missing", () => {
    expect(
      mistakesOf("members: 3\ntls: { client: { caFile: /ca.crt } }\naws: { network: { subnets: [{}] } }\n"),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:1:1 name: is missing; it must be lower-case letters, digits and hyphens, at most 32 characters, beginning with a letter and not ending with a hyphen
      cluster.yaml:2:1 tls.peer: is missing; it must be a mapping (key: value)
      cluster.yaml:2:1 tls.operator: is missing; it must be a mapping (key: value)
      cluster.yaml:2:8 tls.client.certFile: is missing; it must be an absolute path
      cluster.yaml:2:8 tls.client.keyFile: is missing; it must be an absolute path
      cluster.yaml:3:1 aws.region: is missing; it must be an AWS region like "eu-central-1"
      cluster.yaml:3:29 aws.network.subnets[0].cidr: is missing; it must be an IPv4 range like 10.40.0.0/24
      cluster.yaml:3:29 aws.network.subnets[0].availabilityZone: is missing; it must be an availability zone like "eu-central-1a"
      "
    `);
  });

  it("are refused with what to do when a release is a number, has a v or lacks one", () => {
    const said = ["3.6", "v3.6.14", "3", '"03.6.14"', "3.6.0-rc.1"].map((release) =>
      mistakesOf(`name: demo\netcd: { release: ${release} }\n`),
    );
    expect(said.join("")).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:18 etcd.release: must be a release like "3.6.14", got 3.6
          write all three numbers, without a v

      cluster.yaml:2:18 etcd.release: must be a release like "3.6.14", got "v3.6.14"
          write all three numbers, without a v

      cluster.yaml:2:18 etcd.release: must be a release like "3.6.14", got 3
          write all three numbers, without a v

      cluster.yaml:2:18 etcd.release: must be a release like "3.6.14", got "03.6.14"
          write all three numbers, without a v

      cluster.yaml:2:18 etcd.release: must be a release like "3.6.14", got "3.6.0-rc.1"
          write all three numbers, without a v
      "
    `);
  });

  it("are refused when a number of members is none", () => {
    const said = [".inf", "-.inf", ".nan", "1e30", "0x", '"3"'].map((count) =>
      mistakesOf(`name: demo\nmembers: ${count}\n`),
    );
    expect(said.join("")).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:10 members: must be 1, 3, 5 or 7, or a list of members, got Infinity

      cluster.yaml:2:10 members: must be 1, 3, 5 or 7, or a list of members, got -Infinity

      cluster.yaml:2:10 members: must be 1, 3, 5 or 7, or a list of members, got NaN

      cluster.yaml:2:10 members: must be 1, 3, 5 or 7 members, got 1e+30
          3 members survive one failure, 5 survive two

      cluster.yaml:2:10 members: must be 1, 3, 5 or 7, or a list of members, got "0x"

      cluster.yaml:2:10 members: must be 1, 3, 5 or 7, or a list of members, got "3"
      "
    `);
  });

  it("are refused when a base URL holds a password or a query", () => {
    const said = [
      "https://user:secret@mirror/etcd",
      "https://mirror/etcd?token=x",
      "https://",
      "https://mirror/$(id)`x`",
    ].map((url) => mistakesOf(`name: demo\netcd: { downloadBaseUrl: "${url}" }\n`));
    expect(said.join("")).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:26 etcd.downloadBaseUrl: must not hold a user name or password, got "https://***@mirror/etcd"
          everybody who reads the plan would see them: take a mirror that needs none

      cluster.yaml:2:26 etcd.downloadBaseUrl: must end with its path, got "https://mirror/etcd?token=x"
          remove what begins with ? or #

      cluster.yaml:2:26 etcd.downloadBaseUrl: must be an http or https URL, got "https://"

      cluster.yaml:2:26 etcd.downloadBaseUrl: must be an http or https URL, got "https://mirror/$(id)\`x\`"
      "
    `);
  });

  it("are shown cut where they are long", () => {
    expect(mistakesOf(`name: ${"a".repeat(5000)}\n`).length).toBeLessThan(400);
  });
});
