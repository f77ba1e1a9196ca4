import { addressOf } from "../client";
import type { ListedMember, MemberStatus } from "./questions/answers";

/** What members say in one round of questions, to be held against those who say nothing. */
export class Hearsay {
  private readonly listed = new Map<string, ListedMember>();
  private namesLeader = false;

  forget(): void {
    this.listed.clear();
    this.namesLeader = false;
  }

  takeStatus({ leaderId }: MemberStatus): void {
    if (leaderId !== undefined) this.namesLeader = true;
  }

  takeList(members: readonly ListedMember[]): void {
    for (const member of members) this.listed.set(member.id, member);
  }

  /** Whether somebody knows a leader, so that there is a quorum. */
  get hasLeader(): boolean {
    return this.namesLeader;
  }

  /** Where the member that has this endpoint listens for its peers; empty if that is nobody, or several. */
  peerUrlsAt(endpoint: string): readonly string[] {
    const [member, ...others] = [...this.listed.values()].filter(({ clientUrls }) =>
      clientUrls.some((url) => haveSameAddress(url, endpoint)),
    );
    return others.length === 0 ? (member?.peerUrls ?? []) : [];
  }
}

/** Whether two URLs of clients lead to the same place, as far as they say. */
export function haveSameAddress(url: string, endpoint: string): boolean {
  if (!URL.canParse(url)) return false;
  const [one, other] = [addressOf(url), addressOf(endpoint)];
  return one.host === other.host && one.port === other.port;
}
