import { BYTES_PER_GIB, DATA_VOLUME, GP3 } from "../data-volume";
import { DEFAULT_RELEASE } from "../etcd-release";
import { DEFAULT_INSTANCE_TYPE, instanceTypeFacts, runsOnXen, sizesOfFamily } from "../instance-types";
import type { ParsedDefinition } from "../schema";
import { effectiveSettings } from "../settings";
import { formatSize } from "../units";
import { mistakeAt, type Rule } from "./rule";

const QUOTA = ["etcd", "settings", "quotaBackendBytes"];

const instanceTypeKnown: Rule = {
  id: "instance-type-known",
  needs: ["aws.instanceType", "aws.memory", "aws.architecture"],
  check({ aws }) {
    if (aws === undefined) return [];
    const instanceType = aws.instanceType ?? DEFAULT_INSTANCE_TYPE;
    const facts = instanceTypeFacts(instanceType);
    if (facts === undefined) {
      const missing = (["memory", "architecture"] as const).filter((key) => aws[key] === undefined);
      if (missing.length === 0 || runsOnXen(instanceType)) return [];
      const sizes = sizesOfFamily(instanceType);
      const [family] = instanceType.split(".");
      return [
        mistakeAt(
          ["aws", "instanceType"],
          `is not a type whose memory and architecture are known here, got "${instanceType}"`,
          sizes === undefined
            ? `add aws.${missing.join(" and aws.")}, or take a type like ${DEFAULT_INSTANCE_TYPE}`
            : `${family} comes as ${sizes.join(", ")}; for another one add aws.${missing.join(" and aws.")}`,
        ),
      ];
    }
    const mistakes = [];
    if (aws.memory !== undefined && aws.memory > facts.memoryBytes) {
      mistakes.push(
        mistakeAt(
          ["aws", "memory"],
          `must be at most ${formatSize(facts.memoryBytes)} for ${instanceType}, got ${formatSize(aws.memory)}`,
          "remove it",
        ),
      );
    }
    if (aws.architecture !== undefined && aws.architecture !== facts.architecture) {
      mistakes.push(
        mistakeAt(
          ["aws", "architecture"],
          `must be ${facts.architecture} for ${instanceType}, got "${aws.architecture}"`,
          "remove it",
        ),
      );
    }
    return mistakes;
  },
};

const quotaWithinMemory: Rule = {
  id: "quota-within-memory",
  needs: ["etcd.settings.quotaBackendBytes", "aws.instanceType", "aws.memory"],
  check(definition) {
    const { aws } = definition;
    if (aws === undefined) return [];
    const instanceType = aws.instanceType ?? DEFAULT_INSTANCE_TYPE;
    const memory = aws.memory ?? instanceTypeFacts(instanceType)?.memoryBytes;
    const { quota, isGiven } = quotaOf(definition);
    // etcd maps its whole database into memory; beyond it every read may wait for the disk.
    if (memory === undefined || quota <= memory) return [];
    return [
      isGiven
        ? mistakeAt(
            QUOTA,
            `must fit into memory (${formatSize(memory)}, ${instanceType}), got ${formatSize(quota)}`,
            "lower it, or take a larger aws.instanceType",
          )
        : mistakeAt(
            ["aws", aws.memory === undefined ? "instanceType" : "memory"],
            `must have memory for the default quota of ${formatSize(quota)}, got ${formatSize(memory)} (${instanceType})`,
            "take a larger instance type, or set a lower etcd.settings.quotaBackendBytes",
          ),
    ];
  },
};

const quotaWithinDataVolume: Rule = {
  id: "quota-within-data-volume",
  needs: ["etcd.settings.quotaBackendBytes", "aws.dataVolume.size"],
  check(definition) {
    const { aws } = definition;
    if (aws === undefined) return [];
    const size = aws.dataVolume?.size ?? DATA_VOLUME.sizeBytes;
    const { quota, isGiven } = quotaOf(definition);
    // Else the disk is full before the NOSPACE alarm stops the writes, and etcd with it.
    if (quota <= size) return [];
    return [
      isGiven
        ? mistakeAt(
            QUOTA,
            `must fit onto the data volume (${formatSize(size)}), got ${formatSize(quota)}`,
            "lower it, or take a larger aws.dataVolume.size",
          )
        : mistakeAt(
            ["aws", "dataVolume", "size"],
            `must hold the default quota of ${formatSize(quota)}, got ${formatSize(size)}`,
            "take a larger data volume, or set a lower etcd.settings.quotaBackendBytes",
          ),
    ];
  },
};

const dataVolumeWithinGp3: Rule = {
  id: "data-volume-within-gp3",
  needs: ["aws.dataVolume.size", "aws.dataVolume.iops", "aws.dataVolume.throughputMiBps"],
  check({ aws }) {
    const {
      size = DATA_VOLUME.sizeBytes,
      iops = DATA_VOLUME.iops,
      throughputMiBps = DATA_VOLUME.throughputMiBps,
    } = aws?.dataVolume ?? {};
    const path = (key: string) => ["aws", "dataVolume", key];
    const mistakes = [];
    if (size % BYTES_PER_GIB !== 0 || size < BYTES_PER_GIB || size > GP3.maxSizeBytes) {
      mistakes.push(
        mistakeAt(
          path("size"),
          `must be whole GiB from 1GiB to ${formatSize(GP3.maxSizeBytes)}, got ${formatSize(size)}`,
        ),
      );
    }
    // 3000 IOPS come with any size; only more of them need room.
    if (iops > DATA_VOLUME.iops && iops > (GP3.maxIopsPerGiB * size) / BYTES_PER_GIB) {
      mistakes.push(
        mistakeAt(
          path("iops"),
          `must be at most ${GP3.maxIopsPerGiB} per GiB, got ${iops} for ${formatSize(size)}`,
        ),
      );
    }
    if (throughputMiBps > GP3.maxMiBpsPerIops * iops) {
      mistakes.push(
        mistakeAt(
          path("throughputMiBps"),
          `must be at most ${GP3.maxMiBpsPerIops} MiB/s per IOPS, got ${throughputMiBps} for ${iops} IOPS`,
        ),
      );
    }
    return mistakes;
  },
};

function quotaOf({ etcd }: ParsedDefinition): { readonly quota: number; readonly isGiven: boolean } {
  const { quotaBackendBytes: quota = 0 } = effectiveSettings(etcd?.settings ?? {}, DEFAULT_RELEASE);
  return { quota, isGiven: etcd?.settings?.quotaBackendBytes !== undefined };
}

export const sizingRules: readonly Rule[] = [
  instanceTypeKnown,
  quotaWithinMemory,
  quotaWithinDataVolume,
  dataVolumeWithinGp3,
];
