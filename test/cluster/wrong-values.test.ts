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
      cluster.yaml:6:6 tls: must be false (plain HTTP), your own files for client, peer and operator, or left out (certificates of cdktf-etcd pki), got true
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
  source: s3
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
  network: { vpcId: 1, cidr: 1, subnets: {}, internet: yes, routeTableIds: [main] }
  image: windows
  rootVolume: { size: 0 }
  clientAccess: { cidrs: [0.0.0.0], securityGroupIds: [x], openToEveryone: "no" }
  dataVolume: { size: lots, iops: 100, throughputMiBps: 2000, kmsKeyId: alias/mine }
  bucket: { name: A.b, kmsKeyId: mine }
  placement: rack
  terminationProtection: 1
  preventDestroy: "yes"
  sessionManager: ssh
  dns: { domain: Example.internal., zoneId: /hostedzone/Z1 }
  state: { bucket: a..b, key: /x/, region: Dublin, kmsKeyId: alias/mine }
  tags: { a: 1, "": x, aws:x: y, Name: z, name: z, "a;b": c, c: "d;e", team: x, Team: y }
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
      cluster.yaml:5:11 etcd.source: must be "bucket" or "download", got "s3"
      cluster.yaml:6:12 etcd.release: must be a release like "3.6.14", got 3.6
          write all three numbers, without a v
      cluster.yaml:7:20 etcd.sha256.amd64: must be 64 lower-case hexadecimal digits, got "ABC"
          copy it from the release's SHA256SUMS file
      cluster.yaml:8:20 etcd.downloadBaseUrl: must be an http or https URL, got "ftp://mirror"
      cluster.yaml:9:24 etcd.initialClusterToken: must be letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit, got "a b"
      cluster.yaml:10:16 etcd.metricsPort: must be a whole number, from 1 to 65535, got "2381"
      cluster.yaml:11:34 etcd.settings.electionTimeoutMs: must be a duration like "100ms", "5m" or "1h30m", got a list of 0
      cluster.yaml:11:47 etcd.settings.preVote: must be true or false, got 1
      cluster.yaml:11:69 etcd.settings.quotaBackendBytes: must be a size like "8GiB" or a whole number of bytes, got "2GB"
          write "2GiB": only binary units are read, so that nobody has to guess
      cluster.yaml:12:19 local.address: must be an IPv4 address like 10.40.0.10, got "localhost"
      cluster.yaml:12:42 local.clientPort: must be a whole number, from 1 to 65535, got 0
      cluster.yaml:12:55 local.portStep: must be a whole number, from 1 to 10000, got 1.5
      cluster.yaml:12:70 local.etcdPath: must be an absolute path, got "bin/etcd"
          write it from the root, e.g. /usr/local/bin/etcd
      cluster.yaml:14:11 aws.region: must be an AWS region like "eu-central-1", got "Frankfurt"
      cluster.yaml:15:17 aws.instanceType: must be an EC2 instance type like "m7g.large", got "large"
      cluster.yaml:16:11 aws.memory: must be a size like "8GiB" or a whole number of bytes, got true
      cluster.yaml:17:17 aws.architecture: must be "amd64" or "arm64", got "x86"
      cluster.yaml:18:10 aws.amiId: must be an AMI id like "ami-0123456789abcdef0", got 1
      cluster.yaml:19:21 aws.network.vpcId: must be a VPC id like "vpc-0123456789abcdef0", got 1
      cluster.yaml:19:30 aws.network.cidr: must be an IPv4 range like 10.40.0.0/24, got 1
      cluster.yaml:19:42 aws.network.subnets: must be a list, got a mapping
      cluster.yaml:19:56 aws.network.internet: must be "none", "nat" or "public", got "yes"
      cluster.yaml:19:77 aws.network.routeTableIds[0]: must be a route table id like "rtb-0123456789abcdef0", got "main"
      cluster.yaml:20:10 aws.image: must be "amazon-linux-2023", "debian-12", "debian-13", "ubuntu-22.04" or "ubuntu-24.04", got "windows"
      cluster.yaml:21:23 aws.rootVolume.size: must be at least 1B, got 0
      cluster.yaml:22:27 aws.clientAccess.cidrs[0]: must have a prefix length, got "0.0.0.0"
          "0.0.0.0/32" is this one address, "0.0.0.0/24" are the 256 around it
      cluster.yaml:22:56 aws.clientAccess.securityGroupIds[0]: must be a security group id like "sg-0123456789abcdef0", got "x"
      cluster.yaml:22:76 aws.clientAccess.openToEveryone: must be true or false, got "no"
      cluster.yaml:23:23 aws.dataVolume.size: must be a size like "8GiB" or a whole number of bytes, got "lots"
          units are B, KiB, MiB, GiB and TiB
      cluster.yaml:23:35 aws.dataVolume.iops: must be a whole number, from 3000 to 16000, got 100
      cluster.yaml:23:57 aws.dataVolume.throughputMiBps: must be a whole number, from 125 to 1000, got 2000
      cluster.yaml:23:73 aws.dataVolume.kmsKeyId: must be the ARN of a KMS key, got "alias/mine"
          like arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, and no alias: AWS answers with the key's ARN, and Terraform would replace what was given another name
      cluster.yaml:24:19 aws.bucket.name: must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit, got "A.b"
      cluster.yaml:24:34 aws.bucket.kmsKeyId: must be the ARN of a KMS key, got "mine"
          like arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, and no alias: AWS answers with the key's ARN, and Terraform would replace what was given another name
      cluster.yaml:25:14 aws.placement: must be "spread" or "none", got "rack"
      cluster.yaml:26:26 aws.terminationProtection: must be true or false, got 1
      cluster.yaml:27:19 aws.preventDestroy: must be true or false, got "yes"
      cluster.yaml:28:19 aws.sessionManager: must be true or false, got "ssh"
      cluster.yaml:29:18 aws.dns.domain: must be a domain like "etcd.example.internal", got "Example.internal."
          lower-case labels, separated by dots, without one at the end
      cluster.yaml:29:45 aws.dns.zoneId: must be a hosted zone id like "Z0123456789ABCDEFGHIJ", got "/hostedzone/Z1"
      cluster.yaml:30:20 aws.state.bucket: must be the name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots, got "a..b"
      cluster.yaml:30:31 aws.state.key: must be a path of letters, digits and !_.*'()- with single slashes inside, got "/x/"
          for example "etcd/demo.tfstate"
      cluster.yaml:30:44 aws.state.region: must be an AWS region like "eu-central-1", got "Dublin"
      cluster.yaml:30:62 aws.state.kmsKeyId: must be the ARN of a KMS key, got "alias/mine"
          like arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, and no alias: AWS answers with the key's ARN, and Terraform would replace what was given another name
      cluster.yaml:31:14 aws.tags.a: must be text, got 1
          write it in quotes: "1"
      cluster.yaml:31:21 aws.tags[""]: must have a key of 1 to 128 characters, got ""
      cluster.yaml:31:31 aws.tags["aws:x"]: must not be set, got "y"
          the key is reserved: take another one
      cluster.yaml:31:40 aws.tags.Name: must be left to this package, got "z"
          take another key
      cluster.yaml:31:49 aws.tags.name: must be left to this package, got "z"
          take another key
      cluster.yaml:31:59 aws.tags["a;b"]: must have a key of letters, digits, spaces and _ . : / = + - @, got "a;b"
      cluster.yaml:31:65 aws.tags.c: must be letters, digits, spaces and _ . : / = + - @, got "d;e"
          IAM and S3 refuse others
      cluster.yaml:31:87 aws.tags.Team: differs from the key "team" in case only
          take one of the two
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
        cluster.yaml:6:1 tls: must be false (plain HTTP), your own files for client, peer and operator, or left out (certificates of cdktf-etcd pki), got nothing (the key has no value)
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

  it("are refused when tls is neither left out, nor off, nor all files", () => {
    const said = [
      "true",
      "pki",
      '"false"',
      "{}",
      "{ client: { caFile: /ca.crt, certFile: /a.crt, keyFile: a.key } }",
    ].map((tls) => mistakesOf(`name: demo\ntls: ${tls}\n`));
    expect(said.join("")).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:6 tls: must be false (plain HTTP), your own files for client, peer and operator, or left out (certificates of cdktf-etcd pki), got true

      cluster.yaml:2:6 tls: must be false (plain HTTP), your own files for client, peer and operator, or left out (certificates of cdktf-etcd pki), got "pki"

      cluster.yaml:2:6 tls: must be false (plain HTTP), your own files for client, peer and operator, or left out (certificates of cdktf-etcd pki), got "false"

      cluster.yaml:2:1 tls.client: is missing; it must be a mapping (key: value)
      cluster.yaml:2:1 tls.peer: is missing; it must be a mapping (key: value)
      cluster.yaml:2:1 tls.operator: is missing; it must be a mapping (key: value)

      cluster.yaml:2:1 tls.peer: is missing; it must be a mapping (key: value)
      cluster.yaml:2:1 tls.operator: is missing; it must be a mapping (key: value)
      cluster.yaml:2:62 tls.client.keyFile: must be an absolute path, got "a.key"
          write it from the root, e.g. /etc/etcd/tls/{member}.key
      "
    `);
  });

  it("are refused when S3 would refuse them as a bucket's name", () => {
    const names = [
      "ab",
      "a".repeat(64),
      "Acme",
      "acme_etcd",
      "-acme",
      "acme-",
      "acme.etcd",
      "xn--acme",
      "amzn-s3-demo-x",
    ];
    const more = [
      "sthree-acme",
      "acme-s3alias",
      "acme--ol-s3",
      "acme--x-s3",
      "acme--table-s3",
      "acme-an",
      "192.168.5.4",
    ];
    const said = [...names, ...more].map((name) =>
      mistakesOf(`name: demo\naws: { region: eu-central-1, bucket: { name: ${name} } }\n`),
    );
    expect(said.join("")).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:46 aws.bucket.name: must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit, got "ab"

      cluster.yaml:2:46 aws.bucket.name: must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit, got "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

      cluster.yaml:2:46 aws.bucket.name: must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit, got "Acme"

      cluster.yaml:2:46 aws.bucket.name: must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit, got "acme_etcd"

      cluster.yaml:2:46 aws.bucket.name: must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit, got "-acme"

      cluster.yaml:2:46 aws.bucket.name: must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit, got "acme-"

      cluster.yaml:2:46 aws.bucket.name: must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit, got "acme.etcd"

      cluster.yaml:2:46 aws.bucket.name: must not begin with "xn--", which S3 keeps for itself, got "xn--acme"

      cluster.yaml:2:46 aws.bucket.name: must not begin with "amzn-s3-demo-", which S3 keeps for itself, got "amzn-s3-demo-x"

      cluster.yaml:2:46 aws.bucket.name: must not begin with "sthree-", which S3 keeps for itself, got "sthree-acme"

      cluster.yaml:2:46 aws.bucket.name: must not end with "-s3alias", which S3 keeps for itself, got "acme-s3alias"

      cluster.yaml:2:46 aws.bucket.name: must not end with "--ol-s3", which S3 keeps for itself, got "acme--ol-s3"

      cluster.yaml:2:46 aws.bucket.name: must not end with "--x-s3", which S3 keeps for itself, got "acme--x-s3"

      cluster.yaml:2:46 aws.bucket.name: must not end with "--table-s3", which S3 keeps for itself, got "acme--table-s3"

      cluster.yaml:2:46 aws.bucket.name: must not end with "-an", which S3 keeps for itself, got "acme-an"

      cluster.yaml:2:46 aws.bucket.name: must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit, got "192.168.5.4"
      "
    `);
    const ofState = ["acme..etcd", "192.168.5.4", "acme.mrap"].map((name) =>
      mistakesOf(`name: demo\naws: { region: eu-central-1, state: { bucket: ${name} } }\n`),
    );
    expect(ofState.join("")).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:47 aws.state.bucket: must be the name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots, got "acme..etcd"

      cluster.yaml:2:47 aws.state.bucket: must be the name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots, got "192.168.5.4"

      cluster.yaml:2:47 aws.state.bucket: must not end with ".mrap", which S3 keeps for itself, got "acme.mrap"
      "
    `);
  });

  it("are refused when Terraform would refuse them as the state's key", () => {
    const said = ["/a", "a/", "a//b", "a b", '""'].map((key) =>
      mistakesOf(`name: demo\naws: { region: eu-central-1, state: { bucket: acme, key: ${key} } }\n`),
    );
    expect(said.join("")).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:58 aws.state.key: must be a path of letters, digits and !_.*'()- with single slashes inside, got "/a"
          for example "etcd/demo.tfstate"

      cluster.yaml:2:58 aws.state.key: must be a path of letters, digits and !_.*'()- with single slashes inside, got "a/"
          for example "etcd/demo.tfstate"

      cluster.yaml:2:58 aws.state.key: must be a path of letters, digits and !_.*'()- with single slashes inside, got "a//b"
          for example "etcd/demo.tfstate"

      cluster.yaml:2:58 aws.state.key: must be a path of letters, digits and !_.*'()- with single slashes inside, got "a b"
          for example "etcd/demo.tfstate"

      cluster.yaml:2:58 aws.state.key: must be a path of letters, digits and !_.*'()- with single slashes inside, got ""
          for example "etcd/demo.tfstate"
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
