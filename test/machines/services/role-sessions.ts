import type { RoleCredentials } from "../../aws/support/emulator";

/**
 * EC2 has new credentials "at least five minutes before the expiration of the old ones"; those who look every minute have to
 * begin earlier. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
 */
const RENEWED_BEFORE_MS = 10 * 60 * 1000;

/** What EC2 is given for an instance's role. */
export interface RoleSession extends RoleCredentials {
  readonly issuedAt: Date;
}

/** The credentials that instances have by their roles: the same until they end soon. */
export class RoleSessions {
  private readonly sessions = new Map<string, RoleSession>();
  /** Of all credentials that were ever given. */
  readonly secrets: string[] = [];

  constructor(
    /** Asks STS. */
    private readonly assume: (roleName: string, sessionName: string) => Promise<RoleCredentials>,
    private readonly now = (): Date => new Date(),
  ) {}

  async of(roleName: string, instanceId: string): Promise<RoleSession> {
    this.forgetEnded();
    const key = `${instanceId} ${roleName}`;
    const known = this.sessions.get(key);
    if (known !== undefined && !this.endsSoon(known)) return known;
    const issuedAt = this.now();
    const session = { ...(await this.assume(roleName, instanceId)), issuedAt };
    this.sessions.set(key, session);
    this.secrets.push(session.secretAccessKey, session.sessionToken);
    return session;
  }

  /** Whether it is time to ask for new ones. */
  get someEndSoon(): boolean {
    return [...this.sessions.values()].some((session) => this.endsSoon(session));
  }

  private forgetEnded(): void {
    for (const [key, { expiresAt }] of this.sessions) if (expiresAt <= this.now()) this.sessions.delete(key);
  }

  private endsSoon({ expiresAt }: RoleSession): boolean {
    return expiresAt.getTime() - this.now().getTime() < RENEWED_BEFORE_MS;
  }
}
