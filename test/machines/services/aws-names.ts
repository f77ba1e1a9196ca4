/** Names that AWS gives things in a region. */

const isInChina = (region: string): boolean => region.startsWith("cn-");

export const partition = (region: string): string => (isInChina(region) ? "aws-cn" : "aws");

export const dnsSuffix = (region: string): string =>
  isInChina(region) ? "amazonaws.com.cn" : "amazonaws.com";

export const s3HostName = (region: string): string => `s3.${region}.${dnsSuffix(region)}`;

/** https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html#vpc-dns-hostnames */
export function privateHostName(address: string, region: string): string {
  const domain = region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
  return `ip-${address.replaceAll(".", "-")}.${domain}`;
}
