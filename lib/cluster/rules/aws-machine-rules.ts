import { BYTES_PER_GIB, GP3, ROOT_VOLUME_SIZE_BYTES } from "../data-volume";
import { DEFAULT_INSTANCE_TYPE, runsOnXen } from "../instance-types";
import { formatSize } from "../units";
import { mistakeAt, type Rule } from "./rule";

const notOnXen: Rule = {
  id: "instance-type-not-on-xen",
  check: ({ aws }) =>
    aws?.instanceType !== undefined && runsOnXen(aws.instanceType)
      ? [
          mistakeAt(
            ["aws", "instanceType"],
            `must be of the Nitro System, got "${aws.instanceType}": on Xen a machine cannot tell its volumes by their ids`,
            `take a type like ${DEFAULT_INSTANCE_TYPE} or t3.medium`,
          ),
        ]
      : [],
};

const imageOrAmi: Rule = {
  id: "image-or-ami",
  needs: ["aws.image"],
  check: ({ aws }) =>
    aws?.image !== undefined && aws.amiId !== undefined
      ? [
          mistakeAt(
            ["aws", "amiId"],
            `stands beside image "${aws.image}", and a member can only have one of them`,
            "remove image to run this AMI, or amiId to run the newest one of the image",
          ),
        ]
      : [],
};

const rootVolumeSize: Rule = {
  id: "root-volume-holds-the-image",
  needs: ["aws.amiId"],
  check({ aws }) {
    const size = aws?.rootVolume?.size;
    if (size === undefined) return [];
    // How large an AMI given by its id is, only AWS knows.
    const least = aws?.amiId === undefined ? ROOT_VOLUME_SIZE_BYTES : BYTES_PER_GIB;
    if (size % BYTES_PER_GIB === 0 && size >= least && size <= GP3.maxSizeBytes) return [];
    return [
      mistakeAt(
        ["aws", "rootVolume", "size"],
        `must be whole GiB from ${formatSize(least)} to ${formatSize(GP3.maxSizeBytes)}, got ${formatSize(size)}`,
        size < least ? "the images need that much; etcd's data has a volume of its own" : undefined,
      ),
    ];
  },
};

export const awsMachineRules: readonly Rule[] = [notOnXen, imageOrAmi, rootVolumeSize];
