import { type RuleExamples } from "./example";

export const awsMachineRuleExamples: RuleExamples = {
  "instance-type-not-on-xen": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  instanceType: t2.medium`,
      says: `cluster.yaml:4:17 aws.instanceType: must be of the Nitro System, got "t2.medium": on Xen a machine cannot tell its volumes by their ids
    take a type like m7g.large or t3.medium`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  instanceType: r4.large
  memory: 15.25GiB
  architecture: amd64`,
      says: `cluster.yaml:4:17 aws.instanceType: must be of the Nitro System, got "r4.large": on Xen a machine cannot tell its volumes by their ids
    take a type like m7g.large or t3.medium`,
    },
  ],
  "image-or-ami": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  image: debian-13
  amiId: ami-0123456789abcdef0`,
      says: `cluster.yaml:5:10 aws.amiId: stands beside image "debian-13", and a member can only have one of them
    remove image to run this AMI, or amiId to run the newest one of the image`,
    },
  ],
  "root-volume-holds-the-image": [
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  rootVolume: { size: 7GiB }`,
      says: `cluster.yaml:4:23 aws.rootVolume.size: must be whole GiB from 8GiB to 16TiB, got 7GiB
    the images need that much; etcd's data has a volume of its own`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  rootVolume: { size: 10.5GiB }`,
      says: `cluster.yaml:4:23 aws.rootVolume.size: must be whole GiB from 8GiB to 16TiB, got 10752MiB`,
    },
    {
      target: "aws",
      text: `name: demo
aws:
  region: eu-central-1
  amiId: ami-0123456789abcdef0
  rootVolume: { size: 17TiB }`,
      says: `cluster.yaml:5:23 aws.rootVolume.size: must be whole GiB from 1GiB to 16TiB, got 17TiB`,
    },
  ],
};
