import type { Emulator } from "../../aws/support/emulator";

/** Name of the list that AWS keeps of S3's addresses in a region, and that security groups and routes name. */
export function s3PrefixList(region: string): string {
  return `com.amazonaws.${region}.s3`;
}

/** The address that S3 has: the first of its list. */
export async function s3AddressIn(emulator: Emulator): Promise<string> {
  const name = s3PrefixList(emulator.region);
  const Filters = [{ Name: "prefix-list-name", Values: [name] }];
  const { PrefixLists } = await emulator.response("ec2", "describe_managed_prefix_lists", { Filters });
  const [list] = PrefixLists as { PrefixListId: string }[];
  if (list === undefined) throw new Error(`the emulator has no prefix list ${name}`);
  const { PrefixListId } = list;
  const { Entries } = await emulator.response("ec2", "get_managed_prefix_list_entries", { PrefixListId });
  const [first] = Entries as { Cidr: string }[];
  if (first === undefined) throw new Error(`the emulator's prefix list ${name} is empty`);
  return first.Cidr.replace(/\.\d+\/\d+$/, ".1");
}
