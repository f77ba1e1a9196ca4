/** As etcdctl writes and takes it: 16 hexadecimal digits; `0` for none. */
export function leaseIdOf(decimal: string): string {
  return decimal === "0" ? decimal : BigInt(decimal).toString(16).padStart(16, "0");
}
