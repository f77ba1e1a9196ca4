/** What to do about failures that Terraform and AWS name by a code or in words of their own. */

interface Advice {
  /** In the text of an error, whose line breaks are blanks by then. */
  readonly pattern: RegExp;
  readonly remedy: string;
}

const WHO_AM_I = "`aws sts get-caller-identity` shows whom AWS takes this shell for";

/** The first that matches is given: from the particular to the general. */
const ADVICE: readonly Advice[] = [
  {
    // https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#prevent_destroy
    pattern: /Instance cannot be destroyed|lifecycle\.prevent_destroy/,
    remedy:
      "nothing was destroyed: data volumes, bucket and key are protected. To give the data up for ever, set aws.preventDestroy: false, deploy that with `cdktf-etcd up --target aws`, then take the cluster down",
  },
  {
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html
    pattern: /disableApiTermination/,
    remedy:
      "the instances are protected from termination: set aws.terminationProtection: false, deploy that with `cdktf-etcd up --target aws`, and run the same command again",
  },
  {
    pattern: /BucketNotEmpty/,
    remedy:
      "the bucket still counts as protected: deploy once with aws.preventDestroy: false, then take the cluster down",
  },
  {
    pattern:
      /ExpiredToken|RequestExpired|token (?:included in the request )?(?:is|has) expired|SSO session.*expired/i,
    remedy: "the AWS credentials have expired: get new ones (`aws sso login`, or a new session token)",
  },
  {
    pattern:
      /InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|\bAuthFailure\b/,
    remedy: `AWS does not know these credentials: check AWS_PROFILE, or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and the clock of this machine; ${WHO_AM_I}`,
  },
  {
    pattern:
      /No valid credential sources|no EC2 IMDS role found|failed to refresh cached credentials|failed to get shared config profile/i,
    remedy: `there are no AWS credentials here: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run \`aws sso login\`; ${WHO_AM_I}`,
  },
  {
    pattern: /UnauthorizedOperation|AccessDenied|is not authorized to perform/,
    remedy: `these AWS credentials may not do what the error names: check whether they are the right ones and in the right account (${WHO_AM_I}), then have the action allowed to them; an organization's policy (SCP) or permissions boundary can forbid it too`,
  },
  {
    // https://developer.hashicorp.com/terraform/language/backend/s3: the bucket is never made by the backend itself.
    pattern: /S3 bucket "[^"]*" does not exist|NoSuchBucket/,
    remedy: "make the bucket that aws.state names first; Terraform does not make it",
  },
  {
    pattern: /Error acquiring the state lock/,
    remedy:
      "another deploy is at work on this stack: wait for it. If there is none, and the error names the ID of a lock, `terraform force-unlock ID` in the stack's folder below cdktf.out removes what a killed one left",
  },
];

/** What helps against an error in the words of Terraform, the AWS provider or AWS; undefined when nothing particular is known. */
export function failureAdvice(errorText: string): string | undefined {
  const text = errorText.replaceAll(/\s+/g, " ");
  return ADVICE.find(({ pattern }) => pattern.test(text))?.remedy;
}
