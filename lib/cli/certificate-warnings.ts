import { X509Certificate } from "node:crypto";
import { daysUntil, ENDS_SOON_MS, formatDay } from "../pki/lifetimes";

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What ends within 30 days, or has ended, in a PEM file. Text that is no certificate is for the connection to complain of. */
export function certificateWarnings(file: string, pem: Buffer, now: Date = new Date()): string[] {
  return (pem.toString("latin1").match(PEM_CERTIFICATE) ?? []).flatMap((text) => {
    const end = endOf(text);
    if (end === undefined || end.getTime() - now.getTime() > ENDS_SOON_MS) return [];
    const days = daysUntil(end, now);
    const ends = days < 0 ? "has expired" : `ends in ${days} ${days === 1 ? "day" : "days"}`;
    return [`${file} ${ends}, on ${formatDay(end)}; \`cdktf-etcd pki list\` says what to do`];
  });
}

function endOf(pem: string): Date | undefined {
  try {
    return new Date(new X509Certificate(pem).validTo);
  } catch {
    return undefined;
  }
}
