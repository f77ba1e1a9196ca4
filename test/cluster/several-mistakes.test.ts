import { describe, expect, it } from "vitest";
import { parseCluster } from "../../lib/cluster/define";
import { DEFAULT_RELEASE } from "../../lib/cluster/etcd-release";
import { DefinitionError } from "../../lib/errors";
import { mistakesOf } from "./mistakes-of";

describe("mistakes at several places", () => {
  it("are all refused in one run, in the order of the file, those of the rules among them", () => {
    const text = `name: Demo
members:
  - { name: a b, address: 10.40.0.3 }
  - { address: 10.40.1.20 }
  - 7
  - { name: d, adress: 10.40.0.20 }
learners: [3, d]
etcd:
  release: 3.3.1
  settings: { heartbeatIntervalMs: 1s, preVote: maybe }
aws:
  region: nowhere
  instanceType: z9.huge
  network:
    subnets:
      - { cidr: 10.40.0.0/24, availabilityZone: eu-central-1a }
      - { cidr: 10.40.1.0/24 }
  dataVolume: { size: 1.5GiB }
local: { address: 10.0.0.1 }
`;
    expect(mistakesOf(text, "aws").replace(DEFAULT_RELEASE, "<newest>")).toMatchInlineSnapshot(`
      "
      cluster.yaml:1:7 name: must be lower-case letters, digits and hyphens, at most 32 characters, beginning with a letter and not ending with a hyphen, got "Demo"
      cluster.yaml:3:3 members: must be 1, 3, 5 or 7 members, got 4
          4 members survive as many failures as 3 do (1), and one more has to agree to each write: take 3 or 5
      cluster.yaml:3:13 members[0].name: must be letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit, got "a b"
      cluster.yaml:3:27 members[0].address: is one of the five addresses that AWS keeps in 10.40.0.0/24, got "10.40.0.3"
          take one from 10.40.0.4 to 10.40.0.254
      cluster.yaml:4:5 members[1].name: is missing; it must be letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit
      cluster.yaml:5:5 members[2]: must be a mapping (key: value), got 7
      cluster.yaml:6:16 members[3].adress: unknown key "adress"
          did you mean "address"?
      cluster.yaml:7:12 learners[0]: must be letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit, got 3
          write it in quotes: "3"
      cluster.yaml:9:12 etcd.release: must be 3.4.0 or newer, got "3.3.1"
          the newest pinned release is <newest>
      cluster.yaml:10:36 etcd.settings.heartbeatIntervalMs: leaves an election timeout of 1s for a heartbeat interval of 1s; it must be at least 5 heartbeats
          set electionTimeoutMs to 5s or more
      cluster.yaml:10:49 etcd.settings.preVote: must be true or false, got "maybe"
      cluster.yaml:12:11 aws.region: must be an AWS region like "eu-central-1", got "nowhere"
      cluster.yaml:13:17 aws.instanceType: is not a type whose memory and architecture are known here, got "z9.huge"
          add aws.memory and aws.architecture, or take a type like m7g.large
      cluster.yaml:17:9 aws.network.subnets[1].availabilityZone: is missing; it must be an availability zone like "eu-central-1a"
      cluster.yaml:18:23 aws.dataVolume.size: must hold the default quota of 2GiB, got 1536MiB
          take a larger data volume, or set a lower etcd.settings.quotaBackendBytes
      cluster.yaml:18:23 aws.dataVolume.size: must be whole GiB from 1GiB to 16TiB, got 1536MiB
      cluster.yaml:19:19 local.address: must be a loopback address (127.0.0.0/8), got "10.0.0.1"
          members of the local target are for this machine only
      "
    `);
    expect(() => parseCluster(text, "cluster.yaml", "aws", "aws")).toThrow(DefinitionError);
  });

  it("inside a network do not hide a zone of another region, nor a member outside its subnet", () => {
    expect(
      mistakesOf(`name: demo
aws:
  region: eu-central-1
  network:
    vpcId: vpc-12345678
    subnets:
      - { cidr: 10.40.0.1/24, availabilityZone: eu-central-1a, id: subnet-12345678 }
      - { cidr: 10.40.1.0/24, availabilityZone: us-east-1b }
      - 3
`),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:1 aws.clientAccess: is missing; with an existing VPC it has to say who may connect
          list cidrs, securityGroupIds or both
      cluster.yaml:7:17 aws.network.subnets[0].cidr: must have no host bits set, got "10.40.0.1/24"
          did you mean "10.40.0.0/24"?
      cluster.yaml:8:9 aws.network.subnets[1].id: is missing; the subnets of an existing VPC exist too
          add the subnet's id
      cluster.yaml:8:49 aws.network.subnets[1].availabilityZone: must be a zone of eu-central-1, got "us-east-1b"
          for example eu-central-1a
      cluster.yaml:9:9 aws.network.subnets[2]: must be a mapping (key: value), got 3
      "
    `);
    expect(
      mistakesOf(`name: demo
members:
  - { name: a, address: 10.99.0.20 }
  - { name: b }
  - { name: c }
aws:
  region: eu-central-1
  network:
    subnets:
      - { cidr: 10.40.0.0/24, availabilityZone: wrong }
`),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:3:25 members[0].address: must lie inside its subnet 10.40.0.0/24, got "10.99.0.20"
          members take the subnets in turn, the first member the first subnet
      cluster.yaml:10:49 aws.network.subnets[0].availabilityZone: must be an availability zone like "eu-central-1a", got "wrong"
      "
    `);
  });

  it("do not cause others: what depends on a wrong value is left alone", () => {
    expect(
      mistakesOf(
        "name: demo\nmembers: three\nlearners: [etcd-0]\nlocal: { clientPort: x, peerPort: 2379 }\naws: { region: 1, network: { vpcId: x, cidr: 10.0.0.0/30 } }\n",
        "aws",
      ),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:10 members: must be 1, 3, 5 or 7, or a list of members, got "three"
      cluster.yaml:4:22 local.clientPort: must be a whole number, from 1 to 65535, got "x"
      cluster.yaml:5:16 aws.region: must be an AWS region like "eu-central-1", got 1
      cluster.yaml:5:37 aws.network.vpcId: must be a VPC id like "vpc-0123456789abcdef0", got "x"
      "
    `);
  });

  it("on AWS are all refused in one run", () => {
    const text = `name: payments-production-locks-green
members: [{ name: A }, { name: b }, { name: c }]
tls: false
etcd: { source: download }
aws:
  region: ap-southeast-1
  instanceType: m4.large
  image: debian-13
  amiId: ami-0123456789abcdef0
  rootVolume: { size: 20TiB }
  network: { routeTableIds: [rtb-0123456789abcdef0] }
  clientAccess: { cidrs: [0.0.0.0/0], openToEveryone: true }
  bucket: { kmsKeyId: arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab }
  dns: { domain: etcd.example.internal }
  state: { bucket: acme, region: us-east-1, kmsKeyId: arn:aws:kms:eu-west-1:111122223333:key/1234abcd }
`;
    expect(mistakesOf(text, "aws")).toMatchInlineSnapshot(`
      "
      cluster.yaml:1:7 name: makes the bucket's name etcd-payments-production-locks-green-<account>-ap-southeast-1 64 characters long, and S3 takes 63, got "payments-production-locks-green"
          take a name of at most 30 characters, or name the bucket in aws.bucket.name
      cluster.yaml:2:19 members[0].name: must be a DNS label with aws.dns (lower-case letters, digits and hyphens), got "A"
          for example "a"; or remove aws.dns
      cluster.yaml:4:17 etcd.source: must not be "download" here: members in a new VPC without a way out reach nothing but S3
          take source: bucket, or set aws.network.internet to nat or public; a mirror at a private IPv4 address in downloadBaseUrl would do too
      cluster.yaml:7:17 aws.instanceType: must be of the Nitro System, got "m4.large": on Xen a machine cannot tell its volumes by their ids
          take a type like m7g.large or t3.medium
      cluster.yaml:9:10 aws.amiId: stands beside image "debian-13", and a member can only have one of them
          remove image to run this AMI, or amiId to run the newest one of the image
      cluster.yaml:10:23 aws.rootVolume.size: must be whole GiB from 1GiB to 16TiB, got 20TiB
      cluster.yaml:11:29 aws.network.routeTableIds: belongs to an existing VPC; a new one has route tables of its own
          remove it, or add network.vpcId
      cluster.yaml:12:55 aws.clientAccess.openToEveryone: must not be true with tls: false: everybody could read and write every key
          remove tls: false, or name the ranges that clients come from
      cluster.yaml:13:23 aws.bucket.kmsKeyId: must be a key in ap-southeast-1, got one in eu-west-1
          a multi-Region key has an ARN of its own in each region
      cluster.yaml:15:55 aws.state.kmsKeyId: must be a key in us-east-1, got one in eu-west-1
          a multi-Region key has an ARN of its own in each region
      "
    `);
  });

  it("on AWS do not cause others", () => {
    const text = `name: demo
tls: off
etcd: { source: download, downloadBaseUrl: mirror }
aws:
  region: Frankfurt
  network: { vpcId: mine, internet: nat, routeTableIds: [rtb-0123456789abcdef0] }
  clientAccess: { cidrs: [0.0.0.0/0], openToEveryone: "true" }
  bucket: { name: A, kmsKeyId: arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab }
  dns: { domain: example }
  state: { bucket: a }
`;
    expect(mistakesOf(text, "aws")).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:6 tls: must be false (plain HTTP), your own files for client, peer and operator, or left out (certificates of cdktf-etcd pki), got "off"
      cluster.yaml:3:44 etcd.downloadBaseUrl: must be an http or https URL, got "mirror"
      cluster.yaml:5:11 aws.region: must be an AWS region like "eu-central-1", got "Frankfurt"
      cluster.yaml:6:21 aws.network.vpcId: must be a VPC id like "vpc-0123456789abcdef0", got "mine"
      cluster.yaml:7:55 aws.clientAccess.openToEveryone: must be true or false, got "true"
      cluster.yaml:8:19 aws.bucket.name: must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit, got "A"
      cluster.yaml:9:18 aws.dns.domain: must be a domain like "etcd.example.internal", got "example"
          lower-case labels, separated by dots, without one at the end
      cluster.yaml:10:20 aws.state.bucket: must be the name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots, got "a"
      "
    `);
  });

  it("are found when an alias carries them, at the alias", () => {
    expect(mistakesOf("name: demo\nmembers:\n  - name: &bad a b\n  - { name: *bad }\n  - { name: c }\n"))
      .toMatchInlineSnapshot(`
      "
      cluster.yaml:3:16 members[0].name: must be letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit, got "a b"
      cluster.yaml:4:13 members[1].name: must be letters, digits, ".", "_" and "-", at most 63 characters, beginning with a letter or digit, got "a b"
      "
    `);
    expect(
      mistakesOf(
        "name: demo\nlocal: &local { clientPort: 0 }\ntls:\n  client: &files { caFile: ca.crt, certFile: /c, keyFile: /k }\n  peer: *files\n  operator: { <<: *files, keyFile: k }\n",
      ),
    ).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:29 local.clientPort: must be a whole number, from 1 to 65535, got 0
      cluster.yaml:4:28 tls.client.caFile: must be an absolute path, got "ca.crt"
          write it from the root, e.g. /etc/etcd/tls/ca.crt
      cluster.yaml:5:3 tls.peer.caFile: must be an absolute path, got "ca.crt"
          write it from the root, e.g. /etc/etcd/tls/ca.crt
      cluster.yaml:6:3 tls.operator.caFile: must be an absolute path, got "ca.crt"
          write it from the root, e.g. /etc/etcd/tls/ca.crt
      cluster.yaml:6:36 tls.operator.keyFile: must be an absolute path, got "k"
          write it from the root, e.g. /etc/etcd/tls/{member}.key
      "
    `);
  });

  it("are found in lists and mappings that hold themselves", () => {
    expect(mistakesOf("name: demo\nmembers: &a [*a]\netcd: &e { settings: *e }\n")).toMatchInlineSnapshot(`
      "
      cluster.yaml:2:14 members[0]: must be a mapping (key: value), got a list of 1
      cluster.yaml:3:12 etcd.settings.settings: unknown key "settings"
          it belongs under etcd
      "
    `);
  });

  it("are found in a long list without looking for ever", () => {
    const begun = performance.now();
    const said = mistakesOf(`name: demo\nmembers:\n${"  - name: a\n".repeat(20_000)}`, "aws");
    expect(said).toContain("must be 1, 3, 5 or 7 members, got 20000");
    expect(said.split("\n").length).toBeLessThan(500);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe("the target", () => {
  const text = "name: demo\ntarget: local\naws: { region: eu-central-1 }\n";

  it("asked for wins over the definition's, which wins over the default", () => {
    expect(parseCluster(text, "cluster.yaml", "aws", "aws").target).toBe("aws");
    expect(parseCluster(text, "cluster.yaml", undefined, "aws").target).toBe("local");
    expect(parseCluster("name: demo\n", "cluster.yaml", undefined, "local").target).toBe("local");
  });
});
