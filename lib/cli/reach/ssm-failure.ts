import { ExternalError } from "../../errors";

/** Why a tunnel through AWS Session Manager did not come up or broke. */
export interface SsmFailure {
  /** One phrase. */
  readonly message: string;
  readonly remedy: string;
  /** It would be the same for every member: something on this machine, or the credentials. */
  readonly isForAll: boolean;
}

const SIGN_IN =
  "Sign in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";
const PLUGIN =
  "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html";

/** The program itself, before it said anything. */
export function cannotStart(code: string | undefined): SsmFailure {
  return {
    message:
      code === "ENOENT"
        ? "the AWS CLI (aws) is not on PATH"
        : `the AWS CLI (aws) cannot be started: ${code ?? "?"}`,
    remedy: `Install it (https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html) and its Session Manager plugin (${PLUGIN}).`,
    isForAll: true,
  };
}

export function tookTooLong(deadlineMs: number): SsmFailure {
  return {
    message: `no tunnel to it within ${deadlineMs / 1000} s`,
    remedy: "See by hand what hangs: aws ssm start-session --target INSTANCE_ID.",
    isForAll: false,
  };
}

/** The machine is there, but nobody on it listens. */
export const refusedThere: SsmFailure = {
  message: "connection refused on the machine itself, at the end of the tunnel",
  remedy: "etcd does not run there: see its log, and `systemctl status etcd`.",
  isForAll: false,
};

/**
 * What the AWS CLI and its plugin say, and what to do. The CLI's words are those of aws-cli 1.45.11, run against a service that
 * gives these answers; version 2 puts `aws: [ERROR]: ` before some of them.
 */
const KNOWN: readonly (readonly [pattern: RegExp, failure: SsmFailure])[] = [
  [
    // https://github.com/aws/aws-cli/blob/v2/awscli/customizations/sessionmanager.py
    /SessionManagerPlugin is not found/,
    {
      message: "the AWS CLI finds no session-manager-plugin",
      remedy: `Install it and put it on PATH: ${PLUGIN}.`,
      isForAll: true,
    },
  ],
  [
    /Unable to locate credentials/,
    { message: "there are no AWS credentials here", remedy: SIGN_IN, isForAll: true },
  ],
  [
    // Of the service, of an assumed role, of SSO (botocore/exceptions.py: UnauthorizedSSOTokenError, TokenRetrievalError).
    /ExpiredToken|RequestExpired|Error loading SSO Token|SSO session .* (?:has expired|expired)|Token has expired/,
    { message: "the AWS credentials have expired", remedy: SIGN_IN, isForAll: true },
  ],
  [
    /UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch/,
    { message: "AWS does not know these credentials", remedy: SIGN_IN, isForAll: true },
  ],
  [
    /The config profile \(.*\) could not be found/,
    {
      message: "the AWS profile that AWS_PROFILE names does not exist",
      remedy: "`aws configure list-profiles` lists those that do.",
      isForAll: true,
    },
  ],
  [
    /Could not connect to the endpoint URL|Connect timeout on endpoint URL/,
    {
      message: "AWS itself cannot be reached",
      remedy: "Check this machine's way to the internet, its proxy, and the region.",
      isForAll: true,
    },
  ],
  [
    /\(AccessDenied\w*\)/,
    {
      message: "these credentials may not open a session to it",
      remedy:
        "Allow ssm:StartSession on the instance and on the document AWS-StartPortForwardingSession, and ssm:TerminateSession.",
      isForAll: false,
    },
  ],
  [
    // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html#API_StartSession_Errors
    /\(TargetNotConnected\)/,
    {
      message: "Session Manager has no connection to its machine",
      remedy:
        "See that the instance runs, and that the definition has aws.sessionManager: true; one that has just booted takes a minute (--wait).",
      isForAll: false,
    },
  ],
  [
    // Go's words for a taken port; the plugin hands them on.
    /bind: address already in use/,
    {
      message: "the port for the near end of its tunnel was taken meanwhile",
      remedy: "Run the same command again.",
      isForAll: false,
    },
  ],
];

/** @param output all that the AWS CLI and its plugin printed before they ended */
export function failureIn(output: string): SsmFailure {
  const known = KNOWN.find(([pattern]) => pattern.test(output));
  if (known !== undefined) return known[1];
  const [last] = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-1);
  return {
    message: last === undefined ? "the tunnel ended without a word" : `the tunnel ended: ${last}`,
    remedy: "See by hand: aws ssm start-session --target INSTANCE_ID.",
    isForAll: false,
  };
}

export function asError({ message, remedy }: SsmFailure): ExternalError {
  return new ExternalError(`cannot open tunnels through AWS Session Manager: ${message}`, { remedy });
}
