export const BYTES_PER_GIB = 1024 ** 3;

/**
 * What a data volume is when nothing is said: gp3's own baseline, more costs extra; 20 GiB is what kops gives its etcd.
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
 * @see https://github.com/kubernetes/kops/blob/master/pkg/model/master_volumes.go
 */
export const DATA_VOLUME = { sizeBytes: 20 * BYTES_PER_GIB, iops: 3000, throughputMiBps: 125 } as const;

/**
 * What gp3 allows everywhere. AWS has begun to offer more than that, but the Terraform provider refuses it.
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
 * @see https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/ec2/ebs_volume.go (throughput)
 */
export const GP3 = {
  maxSizeBytes: 16 * 1024 * BYTES_PER_GIB,
  maxIops: 16_000,
  maxThroughputMiBps: 1000,
  maxIopsPerGiB: 500,
  maxMiBpsPerIops: 0.25,
} as const;

/** What the AMIs that can be looked up fit into; etcd's binaries and logs need less than 1 GiB of it. */
export const ROOT_VOLUME_SIZE_BYTES = 8 * BYTES_PER_GIB;
